import type { Response } from '../lab.ts';
import type { Difference } from '../result.ts';
import type { Seen } from '../seen.ts';

/** An expectation that wasn't met: the student's server does something else. The runner turns it into `failed`. */
export class NotMet extends Error {
  readonly expected: string;
  readonly received: string;
  /** The responses and arrivals it is about, the most telling last. */
  readonly evidence: readonly (Response | Seen)[];
  /** The one place of the last response that it is about. */
  readonly difference: Difference | undefined;

  constructor(
    expected: string,
    received: string,
    evidence: readonly (Response | Seen)[] = [],
    difference?: Difference,
  ) {
    super(`expected ${expected}, received ${received}`);
    this.name = 'NotMet';
    this.expected = expected;
    this.received = received;
    this.evidence = evidence;
    this.difference = difference;
  }
}
