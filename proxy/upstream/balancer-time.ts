import { clock } from '../http/clock.ts';

/** ms that were skipped. */
let skipped = 0;

/** The time by which servers rest after failures, in ms: whole seconds, as nginx's `ngx_time`, and what was skipped. */
export function balancerTime(): number {
  return clock.second * 1000 + skipped;
}

/** Makes the balancers' time go on by some ms at once, so that nobody has to wait until a server's rest is over. */
export function skipTime(milliseconds: number): void {
  skipped += milliseconds;
}
