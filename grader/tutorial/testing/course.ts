import type { Lab } from '../../lab.ts';
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

function graded(of: Lab, met: readonly string[]): { earned: number; unmet: readonly string[] } {
  const earned = of.objectives.reduce((sum, { id, points }) => sum + (met.includes(id) ? points : 0), 0);
  return { earned, unmet: of.objectives.map(({ id }) => id).filter((id) => !met.includes(id)) };
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
      name: one.name,
      folder: `lab${one.number}-${one.name}`,
      title: one.title,
      load: async () => ({ default: one }),
    })),
    text: async ({ number }) =>
      `# Lab ${number}\n\n${Array.from({ length: 40 }, (_, line) => `Paragraph ${line}.`).join('\n\n')}`,
    prepare: async ({ folder }) => `workspace/${folder}/conf.d/default.conf`,
    check: async (entry) => {
      const of = loaded[entry.number - 1]!;
      const { earned, unmet } = graded(of, met());
      const passed = standing(entry).passed || unmet.length === 0;
      standings.set(entry.folder, { ...standing(entry), passed, earned, unmet });
      return `report of lab ${entry.number}`;
    },
    oracle: async () => {
      oracles.open++;
      return {
        answer: async (prediction) => ({ choice: await prediction.answer(undefined as never), trace: undefined }),
        close: async () => {
          oracles.open--;
        },
      };
    },
    solution: async ({ number }) => [{ name: 'conf.d/default.conf', text: `# solution ${number}\nlisten 80;` }],
    standing: async (of) => standing(of),
    async note(of, change) {
      standings.set(of.folder, { ...standing(of), ...change });
    },
    async hintGiven(of, { id }) {
      const { hints } = standing(of);
      standings.set(of.folder, { ...standing(of), hints: { ...hints, [id]: (hints[id] ?? 0) + 1 } });
    },
    last: async () => last,
    async opened({ folder }) {
      last = folder;
    },
  };
}
