import type { Lab } from './lab.ts';

export {
  describeBody,
  describeStatus,
  type EvenSplit,
  evenSplit,
  evenSplitLooks,
  eventually,
  expectCatalog,
  expectOutage,
  expectPoster,
  type Film,
  filmsOf,
  isProbe,
  NotMet,
  pageTitle,
  pause,
  takesTurns,
} from './checks/index.ts';
export type {
  Application,
  ApplicationName,
  Capability,
  Client,
  Conversation,
  Expect,
  Handshake,
  Held,
  Lab,
  Objective,
  Prediction,
  Random,
  RequestOptions,
  Response,
  ServerControl,
  Trial,
  User,
  World,
} from './lab.ts';
export type { Seen } from './seen.ts';

/** Says that this is a lab, so that its literals are checked where they are written. */
export function defineLab(lab: Lab): Lab {
  return lab;
}
