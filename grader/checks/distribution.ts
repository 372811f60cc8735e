/** What a two-sided test of "each of two instances gets half" found. */
export interface EvenSplit {
  /** As even as any even policy makes it. */
  readonly even: boolean;
  /** No more requests are needed to tell: it is uneven, or it is so even that 55:45 is ruled out as well. */
  readonly decided: boolean;
  /** Most requests one instance may get and still count as half, out of `first + second`. */
  readonly most: number;
  /** `between 352 and 448 of 800 requests each` */
  readonly tolerance: string;
}

/** An even policy is called uneven less often than this in one comparison; with all of a check it stays below 1 in 10,000. */
const falseAlarm = 3e-6;

/** The share from which on a policy has to be found uneven. */
const uneven = 0.55;

/** Such a share, dealt at random, passes for even less often than this in one look. */
const missed = 1e-5;

/** How far ahead an instance may be where the order is looked at: further apart, counts decide sooner. */
const furthest = 32;

/**
 * Totals at which to look. Whose order shows that turns are taken is decided at 128 requests (192 when some pass each
 * other on the way), an exact half without an order at 1,900; independent random choices, which spread the widest of all even policies, need 3,000 on average. At
 * 8,000 nothing is left to decide: 0.05 N is (4.67 + 4.25) standard deviations of sqrt(N) / 2, so that whatever the first
 * of them allows rules out 55:45. Three comparisons at each of 11 looks: 33 * 3e-6 < 1e-4.
 */
export const evenSplitLooks: readonly number[] = [128, 192, 450, 900, 1400, 1900, 2500, 3200, 4000, 5500, 8000];

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
  const decided = !even || larger <= largestInTail(total, uneven, missed);
  return { even, decided, most, tolerance: `between ${total - most} and ${most} of ${total} requests each` };
}

/**
 * Whether the order in which two instances got requests (true for the first) shows that they take turns: neither is ever
 * more than a few ahead, which a deal of 55:45 or worse, at random or by weights, keeps up for so long less often than `missed`.
 */
export function takesTurns(order: readonly boolean[]): boolean {
  let ahead = 0;
  let most = 0;
  for (const first of order) {
    ahead += first ? 1 : -1;
    most = Math.max(most, Math.abs(ahead));
  }
  return most <= furthest && staysWithin(most, order.length, uneven) <= missed;
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
