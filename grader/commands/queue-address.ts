import type { GradeOutcome, GradeTask } from '../batch/isolation/index.ts';
import { parseAddress, type QueueAddress } from '../batch/machines/address.ts';
import { UsageError } from './usage.ts';

/** Reads `--queue URL`; `--queue` alone takes WORKBOOK_QUEUE, which other users of the machine don't see. Throws UsageError. */
export function queueAddress(word: string | true | undefined): QueueAddress {
  const text = typeof word === 'string' ? word : process.env.WORKBOOK_QUEUE;
  if (text === undefined || text === '')
    throw new UsageError('--queue: say redis://HOST, or put it into WORKBOOK_QUEUE');
  try {
    return parseAddress(text);
  } catch (error) {
    throw new UsageError(`--queue: ${(error as Error).message}`);
  }
}

/** `lab3-upstream ada/default.conf: failed, 65 of 100` */
export function labelOf({ lab, facts }: GradeTask, outcome: GradeOutcome): string {
  const said =
    outcome.kind === 'problem'
      ? `${outcome.problem.kind}: ${outcome.problem.reason}`
      : `${outcome.result.outcome}, ${outcome.result.score.earned} of ${outcome.result.score.possible}`;
  return `${lab} ${facts.location}: ${said}`.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
