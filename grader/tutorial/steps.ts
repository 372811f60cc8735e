import type { Lab } from '../lab.ts';
import type { Choice } from './terminal.ts';

/** What a student can do in a lab. */
export type Step = 'read' | 'predict' | 'check' | 'hint' | 'solution' | 'next' | 'back';

/** How far a student has come in one lab. */
export interface Standing {
  readonly passed: boolean;
  /** Core points of the last check. */
  readonly earned: number;
  /** Share of the text that was read, 0 to 1. */
  readonly read: number;
  /** Predictions made, right or wrong. */
  readonly predicted: number;
  /** Ids of the objectives that the last check found unmet, in the lab's order; undefined before the first check. */
  readonly unmet?: readonly string[];
  /** Hints given so far, by objective. */
  readonly hints: Readonly<Record<string, number>>;
}

export const untouched: Standing = { passed: false, earned: 0, read: 0, predicted: 0, hints: {} };

/** The step a student would take now: read, predict, then work and check until it passes, then go on. */
export function nextStep(lab: Lab, standing: Standing): Step {
  if (standing.passed) return 'next';
  if (standing.read < 1) return 'read';
  if (standing.predicted < lab.predictions.length && standing.unmet === undefined) return 'predict';
  return 'check';
}

/** The objective whose hint comes next, and the hint's number from 0; undefined when there is none left to give. */
export function nextHint(
  lab: Lab,
  standing: Standing,
): { readonly objective: Lab['objectives'][number]; readonly number: number } | undefined {
  for (const objective of lab.objectives) {
    const number = standing.hints[objective.id] ?? 0;
    const wanted = standing.unmet === undefined ? objective.kind === 'core' : standing.unmet.includes(objective.id);
    if (wanted && number < objective.hints.length) return { objective, number };
  }
  return undefined;
}

/** The lines of a lab's menu, in the order in which they are done. */
export function lessonMenu(lab: Lab, standing: Standing, following: string | undefined): readonly Choice<Step>[] {
  const choices: Choice<Step>[] = [{ name: `Read the text${readSoFar(standing.read)}`, value: 'read' }];
  if (lab.predictions.length > 0)
    choices.push({
      name: `Predict what will happen${madeSoFar(standing.predicted, lab.predictions.length)}`,
      value: 'predict',
      description: 'Questions about requests; the sandbox sends them and shows who was right.',
    });
  choices.push({ name: 'Check my server', value: 'check' });
  const hint = nextHint(lab, standing);
  if (hint !== undefined)
    choices.push({
      name: `Hint ${hint.number + 1} of ${hint.objective.hints.length}`,
      value: 'hint',
      description: `About: ${hint.objective.title}`,
    });
  choices.push({
    name: 'See a solution',
    value: 'solution',
    description: standing.passed ? 'Yours passed; this is how we did it.' : 'Asks first: you have not passed yet.',
  });
  if (following !== undefined) choices.push({ name: `Go on to ${following}`, value: 'next' });
  choices.push({ name: 'Back to all labs', value: 'back' });
  return choices;
}

function readSoFar(share: number): string {
  if (share <= 0) return '';
  return share >= 1 ? ' (read)' : ` (${Math.round(share * 100)} %)`;
}

function madeSoFar(made: number, all: number): string {
  return made === 0 ? ` (${all} questions)` : made < all ? ` (${made} of ${all} answered)` : ' (all answered)';
}

/** One line of the list of labs: that it was passed, how far it is, or that it was begun. */
export function labLine(lab: { readonly number: number; readonly title: string }, standing: Standing): string {
  const begun = standing.read > 0 || standing.unmet !== undefined || standing.predicted > 0;
  const said = standing.passed
    ? 'passed'
    : standing.unmet !== undefined
      ? `${standing.earned} of 100`
      : begun
        ? 'begun'
        : '';
  return `${standing.passed ? '✔' : begun ? '◐' : '○'} ${String(lab.number).padStart(2)}  ${lab.title.padEnd(34)} ${said}`.trimEnd();
}
