import type { GradedClass, Student } from '../../batch/graded.ts';
import { harmlessCell, writeCsv } from './csv.ts';
import { describeLate, type Grade, gradesOf } from './grades.ts';
import { type ClassReport, oneFile } from './report.ts';

const columns = [
  'id',
  'name',
  'lab',
  'earned',
  'possible',
  'stretch',
  'outcome',
  'failed objectives',
  'late',
  'attempts',
  'engine',
  'seed',
  'duration',
];

/** A table for people: a row a student and lab, with the attempt that counts. The mark at its beginning tells Excel that it is UTF-8. */
export function people(graded: GradedClass): ClassReport {
  const grades = gradesOf(graded);
  const rows = graded.labs.flatMap(({ lab, possible }) =>
    graded.students.map((student) => row(student, lab, possible, grades(student, lab)).map(harmlessCell)),
  );
  return oneFile(`\uFEFF${writeCsv([columns, ...rows])}`);
}

function row(student: Student, lab: string, possible: number, grade: Grade | undefined): (string | number)[] {
  const who = [student.id, student.name ?? '', lab];
  if (grade === undefined) return [...who, '', possible, '', 'nothing handed in', '', '', 0, '', '', ''];
  const { attempt, attempts } = grade;
  const { after } = attempt.points;
  const failed = attempt.result?.objectives.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id) ?? [];
  const ungraded = attempt.outcome === 'error';
  return [
    ...who,
    ungraded ? '' : after.earned,
    after.possible,
    ungraded ? '' : after.stretchEarned,
    attempt.outcome,
    failed.join(' '),
    describeLate(attempt) ?? '',
    attempts,
    attempt.engine,
    attempt.seed,
    attempt.durationMs / 1000,
  ];
}
