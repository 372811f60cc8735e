import { labs } from '../../../labs/catalog.ts';
import type { Score } from '../../result.ts';
import type { Gradebook, Grading, KeptAttempt } from '../gradebook/gradebook.ts';
import type { Settings } from '../gradebook/settings.ts';
import type { GradedAttempt, GradedLab } from '../graded.ts';
import { latenessOf } from '../lateness.ts';

/** What a lab is worth, by its folder. */
export type LabWorth = ReadonlyMap<string, GradedLab>;

/** Looks up titles and points of labs, in the order of the catalog. */
export async function labWorth(folders: ReadonlySet<string>): Promise<LabWorth> {
  const worth = new Map<string, GradedLab>();
  for (const { folder, title, load } of labs) {
    if (!folders.has(folder)) continue;
    const { objectives } = (await load()).default;
    const points = (kind: string) =>
      objectives.filter((objective) => objective.kind === kind).reduce((sum, objective) => sum + objective.points, 0);
    worth.set(folder, { lab: folder, title, possible: points('core'), stretchPossible: points('stretch') });
  }
  return worth;
}

/** Numbers attempts from 1 per student and lab, in the order in which they were handed in, by the id that they are kept under. */
export function attemptNumbers(attempts: readonly KeptAttempt[]): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  for (const group of groups(attempts)) {
    for (const [at, { id }] of inOrder(group).entries()) numbers.set(id, at + 1);
  }
  return numbers;
}

function groups(attempts: readonly KeptAttempt[]): Iterable<readonly KeptAttempt[]> {
  return Map.groupBy(attempts, ({ student, lab }) => JSON.stringify([student.id, lab])).values();
}

/** By time where all have one, else by the number in their names, else as they were found. */
function inOrder(group: readonly KeptAttempt[]): readonly KeptAttempt[] {
  const byTime = group.every(({ submittedAt }) => submittedAt !== undefined);
  const key = (attempt: KeptAttempt): number =>
    byTime ? Date.parse(attempt.submittedAt!) : (attempt.namedAttempt ?? 0);
  return group.toSorted((a, b) => key(a) - key(b) || (a.namedAttempt ?? 0) - (b.namedAttempt ?? 0) || a.id - b.id);
}

/** The verdict that counts: the last one on this engine; the grader's own error only when there is no other. */
function countingGrading(gradings: readonly Grading[], engine: Settings['engine']): Grading | undefined {
  const graded = gradings.filter(({ outcome }) => outcome !== 'error');
  return graded.findLast((grading) => grading.engine === engine) ?? graded.at(-1) ?? gradings.at(-1);
}

/** Every attempt with a verdict, in the order of students, labs, attempts. */
export function gradedAttempts(book: Gradebook, settings: Settings, worth: LabWorth): readonly GradedAttempt[] {
  const attempts = book.attempts();
  const numbers = attemptNumbers(attempts);
  const students = new Map(book.students().map(({ id }, position) => [id, position]));
  const labOrder = [...worth.keys()];
  const order = ({ student, lab, id }: KeptAttempt): readonly number[] => [
    students.get(student.id) ?? 0,
    labOrder.indexOf(lab),
    numbers.get(id)!,
  ];
  return attempts
    .toSorted((a, b) => compare(order(a), order(b)))
    .flatMap((attempt) => {
      const grading = countingGrading(book.gradings(attempt.id), settings.engine);
      return grading === undefined ? [] : [gradedAttempt(attempt, numbers.get(attempt.id)!, grading, settings, worth)];
    });
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) if (value !== b[at]) return value - b[at]!;
  return 0;
}

/** Puts an attempt and its verdict together; lateness and points follow from the settings. */
export function gradedAttempt(
  attempt: KeptAttempt,
  number: number,
  grading: Grading,
  settings: Settings,
  worth: LabWorth,
): GradedAttempt {
  const { problem, result } = grading;
  const lab = worth.get(attempt.lab);
  const before = result?.score ?? {
    earned: 0,
    possible: lab?.possible ?? 0,
    stretchEarned: 0,
    stretchPossible: lab?.stretchPossible ?? 0,
  };
  const { all, byLab } = settings.deadlines;
  const late = latenessOf(
    attempt,
    { ...(all !== undefined && { all }), byLab: new Map(Object.entries(byLab)) },
    { ...settings.penalty, unit: settings.penalty.unit ?? Infinity },
  );
  return {
    version: 1,
    student: attempt.student,
    lab: attempt.lab,
    attempt: number,
    ...(attempt.submittedAt !== undefined && { submittedAt: attempt.submittedAt }),
    ...(late !== undefined && { late }),
    source: attempt.source,
    kind: attempt.kind,
    digests: { submission: attempt.digest, workbook: grading.workbookDigest },
    versions: {
      workbook: grading.workbookVersion,
      ...(grading.engineVersion !== undefined && { engine: grading.engineVersion }),
    },
    engine: grading.engine,
    seed: grading.seed,
    gradedAt: grading.gradedAt,
    durationMs: grading.durationMs,
    outcome: grading.outcome,
    ...(problem !== undefined && { problem }),
    ...(result !== undefined && { result }),
    points: { before, after: afterPenalty(before, late?.penalty ?? 0) },
  };
}

/** Points to a hundredth. */
function afterPenalty(score: Score, penalty: number): Score {
  const left = (points: number) => Math.round(points * (1 - penalty) * 100) / 100;
  return { ...score, earned: left(score.earned), stretchEarned: left(score.stretchEarned) };
}
