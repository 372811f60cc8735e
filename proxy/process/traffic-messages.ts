import type { Traffic } from '../http/traffic.ts';

/** What workers and their master tell each other about connections. */
export type TrafficMessage =
  /** A worker wants to know what all others have counted ... */
  | { readonly traffic: 'ask' }
  /** ... so the master asks each of them ... */
  | { readonly traffic: 'count'; readonly gathering: number }
  /** ... who answer (and tell their last counts, as gathering 0, when they end) ... */
  | { readonly traffic: 'counted'; readonly gathering: number; readonly counts: Traffic }
  /** ... and here is the sum. */
  | { readonly traffic: 'others'; readonly counts: Traffic };

/** Whether a message between master and worker is about connections. */
export function isTrafficMessage(message: unknown): message is TrafficMessage {
  return typeof message === 'object' && message !== null && 'traffic' in message;
}
