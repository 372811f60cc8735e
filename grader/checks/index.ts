export { eventually, pause } from '../probe/timing.ts';
export { type EvenSplit, evenSplit, evenSplitLooks } from './distribution.ts';
export { type CountingExpect, createExpect, describeBody, describeStatus } from './expect.ts';
export { pageTitle } from './html.ts';
export { NotMet } from './not-met.ts';
