/** What a two-sided test of "each of two instances gets half" found. */
export interface EvenSplit {
  /** As even as any even policy makes it. */
  readonly even: boolean;
  /** No more requests are needed to tell: it is uneven, or it is so even that a 3:2 weighting is ruled out as well. */
  readonly decided: boolean;
  /** Most requests one instance may get and still count as half, out of `first + second`. */
  readonly most: number;
  /** `between 352 and 448 of 800 requests each` */
  readonly tolerance: string;
}

/** An even policy is called uneven less often than this in one look; with all looks together it stays below 1 in 10,000. */
const falseAlarm = 8e-6;

/** Standard deviations from one half beyond which even 1,900 requests aren't enough to decide. */
const suspicious = 3;

/** A share of 3:2 or worse, dealt at random, passes for even less often than this in one look. */
const missed = 2e-5;

/**
 * Totals at which to look. Whose order shows that turns are taken is decided at 128 requests, an exact half without an
 * order at 450; independent random choices, which spread the widest of all even policies, need more; at 1,900 even those
 * are told from a random 3:2 deal: 0.1 N stays above (4.46 + 4.11) standard deviations of sqrt(N) / 2. The last look is
 * for what is still suspicious then, one even policy in 370: weights of 55:45 are, and 7,400 requests tell them, too.
 */
export const evenSplitLooks: readonly number[] = [128, 450, 900, 1900, 7400];

/**
 * Whether two counts are as even as any even policy makes them, by an exact binomial test against one half.
 * Round robin, `least_conn` and several workers each with its own turn spread less than independent random choices do,
 * so they are called uneven even more rarely than the stated rate.
 */
export function evenSplit(first: number, second: number): EvenSplit {
  const total = first + second;
  const larger = Math.max(first, second);
  const most = total - largestInTail(total, 0.5, falseAlarm / 2) - 1;
  const even = total > 0 && larger <= most;
  const rulesOut = isCalm(larger - (total - larger), total) && larger <= largestInTail(total, 0.6, missed);
  const decided = !even || rulesOut || total >= (evenSplitLooks.at(-1) ?? 0);
  return { even, decided, most, tolerance: `between ${total - most} and ${most} of ${total} requests each` };
}

/**
 * Whether the order in which two instances got requests (true for the first) shows that they take turns: neither is ever
 * more than a few ahead, which a deal of 3:2 or worse, at random or by weights, keeps up for so long less often than `missed`.
 */
export function takesTurns(order: readonly boolean[]): boolean {
  let ahead = 0;
  let most = 0;
  for (const first of order) {
    ahead += first ? 1 : -1;
    most = Math.max(most, Math.abs(ahead));
  }
  return isCalm(ahead, order.length) && staysWithin(most, order.length, 0.6) <= missed;
}

/** Whether one instance is ahead of the other by no more than chance explains easily. */
function isCalm(ahead: number, total: number): boolean {
  return Math.abs(ahead) <= suspicious * Math.sqrt(total);
}

/** The probability that a walk of so many steps, up with `probability`, never goes further than `bound` from where it began. */
function staysWithin(bound: number, steps: number, probability: number): number {
  let at: number[] = new Array(2 * bound + 1).fill(0);
  at[bound] = 1;
  for (let step = 0; step < steps; step++) {
    at = at.map((_, i) => (at[i - 1] ?? 0) * probability + (at[i + 1] ?? 0) * (1 - probability));
  }
  return at.reduce((sum, share) => sum + share, 0);
}

/** The largest k with P(X <= k) <= `tail` for X ~ Binomial(total, probability); -1 when there is none. */
function largestInTail(total: number, probability: number, tail: number): number {
  let sum = 0;
  let logTerm = total * Math.log(1 - probability);
  const logOdds = Math.log(probability) - Math.log(1 - probability);
  for (let k = 0; k <= total; k++) {
    sum += Math.exp(logTerm);
    if (sum > tail) return k - 1;
    logTerm += Math.log(total - k) - Math.log(k + 1) + logOdds;
  }
  return total;
}
