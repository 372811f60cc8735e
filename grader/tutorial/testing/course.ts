import type { Lab } from '../../lab.ts';
import type { LabResult, ObjectiveResult } from '../../result.ts';
import type { Course, CourseLab } from '../course.ts';
import { type Standing, untouched } from '../steps.ts';

const objective = (id: string, points: number): Lab['objectives'][number] => ({
  id,
  title: `The server does ${id}.`,
  kind: 'core',
  points,
  why: 'because',
  hints: [`${id}: a nudge`, `${id}: the place`],
  manual: `https://nginx.org/en/docs/${id}`,
  check: async () => {},
});

function lab(number: number): Lab {
  return {
    number,
    name: `n${number}`,
    title: `Title ${number}`,
    applications: [],
    objectives: [objective(`lab${number}.first`, 60), objective(`lab${number}.second`, 40)],
    predictions: [
      { question: 'Which status?', choices: ['200', '404'], answer: async () => 1, explanation: 'No such file.' },
      {
        question: 'From whom?',
        choices: ['the server', 'the app'],
        answer: async () => 0,
        explanation: 'No app here.',
      },
    ],
  };
}

function result(of: Lab, met: readonly string[]): LabResult {
  const objectives = of.objectives.map(
    ({ id, title, kind, points, hints, manual }): ObjectiveResult => ({
      id,
      title,
      kind,
      hints,
      manual,
      outcome: met.includes(id) ? 'passed' : 'failed',
      points: { earned: met.includes(id) ? points : 0, possible: points },
      reproduce: [],
      exchanges: [],
      durationMs: 1,
    }),
  );
  const earned = objectives.reduce((sum, { points }) => sum + points.earned, 0);
  return {
    version: 1,
    lab: `lab${of.number}`,
    title: of.title,
    target: { kind: 'configuration', location: 'default.conf' },
    outcome: earned === 100 ? 'passed' : 'failed',
    score: { earned, possible: 100, stretchEarned: 0, stretchPossible: 0 },
    seed: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 2,
    startup: { ok: true, messages: [] },
    objectives,
  };
}

/** A course of two labs in memory. `met` are the objectives that the student's server meets at the moment of a check. */
export function courseInMemory(
  met: () => readonly string[] = () => [],
): Course & { readonly oracles: { open: number } } {
  const standings = new Map<string, Standing>();
  const loaded = [lab(1), lab(2)];
  const oracles = { open: 0 };
  let last: string | undefined;
  const standing = (of: CourseLab) => standings.get(of.folder) ?? untouched;
  return {
    oracles,
    labs: loaded.map((one) => ({
      number: one.number,
      folder: `lab${one.number}-${one.name}`,
      title: one.title,
      load: async () => ({ default: one }),
    })),
    text: async ({ number }) =>
      `# Lab ${number}\n\n${Array.from({ length: 40 }, (_, line) => `Paragraph ${line}.`).join('\n\n')}`,
    prepare: async ({ folder }) => `workspace/${folder}/conf.d/default.conf`,
    check: async ({ number }) => {
      const of = loaded[number - 1]!;
      return { result: result(of, met()), report: `report of lab ${number}` };
    },
    oracle: async () => {
      oracles.open++;
      return {
        answer: (prediction) => prediction.answer(undefined as never),
        close: async () => {
          oracles.open--;
        },
      };
    },
    solution: async ({ number }) => [{ name: 'conf.d/default.conf', text: `# solution ${number}\nlisten 80;` }],
    standing,
    record: (of, change) => void standings.set(of.folder, { ...standing(of), ...change }),
    hintGiven: (of, { id }) => {
      const { hints } = standing(of);
      standings.set(of.folder, { ...standing(of), hints: { ...hints, [id]: (hints[id] ?? 0) + 1 } });
    },
    last: () => last,
    opened: ({ folder }) => {
      last = folder;
    },
  };
}
