import type { Lateness } from './graded.ts';

/** What handing in late costs. */
export interface LatePenalty {
  /** The share of the points for each unit that has begun, 0 to 1. */
  readonly share: number;
  /** Seconds of a unit; Infinity for a penalty that is the same however late. */
  readonly unit: number;
  /** The most that is taken away, 0 to 1. */
  readonly most: number;
  /** Seconds after the deadline that cost nothing. */
  readonly grace: number;
}

export const noPenalty: LatePenalty = { share: 0, unit: Infinity, most: 1, grace: 0 };

/** Deadlines: one for each lab that has its own, and one for all others. Epoch ms. */
export interface Deadlines {
  readonly all?: number;
  readonly byLab: ReadonlyMap<string, number>;
}

const seconds: Readonly<Record<string, number>> = {
  minute: 60,
  m: 60,
  hour: 3600,
  h: 3600,
  day: 86_400,
  d: 86_400,
  week: 604_800,
};

/**
 * Reads a penalty: `10%/day`, `5%/hour,max=50%`, `20%` (however late), `10%/day,grace=15m`. Each unit that has begun
 * counts. Throws RangeError that says how it is written.
 */
export function parsePenalty(text: string): LatePenalty {
  const fail = (): never => {
    throw new RangeError(
      `"${text}" is no penalty: write 10%/day, 5%/hour,max=50%, or 20%; grace=15m comes behind a comma`,
    );
  };
  const [rate = '', ...rest] = text.replaceAll(/\s/g, '').toLowerCase().split(',');
  const [, share = '', unit] = /^(\d+(?:\.\d+)?)%(?:\/(hour|h|day|d|week))?$/.exec(rate) ?? fail();
  let most = 1;
  let grace = 0;
  for (const part of rest) {
    const limit = /^max=(\d+(?:\.\d+)?)%$/.exec(part)?.[1];
    const pause = /^grace=(\d+)(m|h|d|minute|hour|day)s?$/.exec(part);
    if (limit !== undefined) most = Number(limit) / 100;
    else if (pause !== null) grace = Number(pause[1]) * seconds[pause[2]!]!;
    else fail();
  }
  if (Number(share) > 100 || most > 1) fail();
  return { share: Number(share) / 100, unit: unit === undefined ? Infinity : seconds[unit]!, most, grace };
}

/** Reads `2026-03-01T23:59` (this machine's time), with `Z` or an offset, and `lab3=...`. Throws RangeError. */
export function parseDeadlines(texts: readonly string[], labOf: (word: string) => string): Deadlines {
  let all: number | undefined;
  const byLab = new Map<string, number>();
  for (const text of texts) {
    const [, lab, time = ''] = /^(?:([^=]+)=)?(.+)$/.exec(text) ?? [];
    // A date alone means its end, not its first moment.
    const at = new Date(/^\d{4}-\d\d-\d\d$/.test(time) ? `${time}T23:59:59` : time).getTime();
    if (!/^\d{4}-/.test(time) || Number.isNaN(at))
      throw new RangeError(
        `"${text}" is no deadline: write 2026-03-01T23:59, 2026-03-01T23:59+02:00, or lab3=2026-03-01`,
      );
    if (lab === undefined) all = at;
    else byLab.set(labOf(lab), at);
  }
  return { ...(all !== undefined && { all }), byLab };
}

/**
 * How late a submission is, or undefined when it is in time. One that the system marked as late without saying when it came
 * counts as one second late.
 */
export function latenessOf(
  submission: { readonly lab: string; readonly submittedAt?: string; readonly markedLate?: boolean },
  deadlines: Deadlines,
  penalty: LatePenalty,
): Lateness | undefined {
  const deadline = deadlines.byLab.get(submission.lab) ?? deadlines.all;
  if (deadline === undefined) return undefined;
  const { submittedAt, markedLate } = submission;
  const exact = submittedAt === undefined ? (markedLate ? 1 : 0) : (Date.parse(submittedAt) - deadline) / 1000;
  const late = Math.ceil(exact);
  if (late <= 0) return undefined;
  if (late <= penalty.grace) return { seconds: late, penalty: 0 };
  const units = penalty.unit === Infinity ? 1 : Math.ceil(late / penalty.unit);
  return { seconds: late, penalty: Math.min(penalty.most, units * penalty.share) };
}
