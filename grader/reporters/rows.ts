import type { LabResult, ObjectiveResult } from '../result.ts';
import { labWord } from './words.ts';

/**
 * The tests of a report: the objectives, and before them a failure of the lab that no objective shows. Without it a
 * server that never started has nothing but skipped tests, and that counts as success in other people's systems.
 */
export function rows(result: LabResult): readonly ObjectiveResult[] {
  const { objectives, startup, outcome } = result;
  if (!startup.ok && outcome === 'failed') return [notStarted(result), ...objectives];
  if (outcome === 'error' && !objectives.some((objective) => objective.outcome === 'error'))
    return [unfinished(result), ...objectives];
  return objectives;
}

function notStarted(result: LabResult): ObjectiveResult {
  const { messages } = result.startup;
  const [first] = messages.filter(({ severity }) => severity !== 'warn');
  return {
    ...row(result, 'startup', 'The server starts.'),
    outcome: 'failed',
    expected: 'a configuration or program that starts',
    received: first === undefined ? 'a server that did not start' : `[${first.severity}] ${first.text}`,
    ...(first?.advice !== undefined && { because: first.advice }),
    ...(first?.file !== undefined && {
      blame: {
        file: first.file,
        line: first.line ?? 1,
        text: first.source ?? '',
        ...(first.context !== undefined && { context: first.context }),
      },
    }),
  };
}

function unfinished(result: LabResult): ObjectiveResult {
  return {
    ...row(result, 'finished', 'The grader comes to its end.'),
    outcome: 'error',
    received: 'the grader could not finish, so this run counts for nothing',
  };
}

function row(result: LabResult, name: string, title: string): Omit<ObjectiveResult, 'outcome'> {
  return {
    id: `${labWord(result)}.${name}`,
    title,
    kind: 'core',
    points: { earned: 0, possible: 0 },
    hints: [],
    reproduce: [],
    manual: 'https://nginx.org/en/docs/beginners_guide.html',
    exchanges: [],
    durationMs: 0,
  };
}
