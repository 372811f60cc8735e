import type { GradedClass, Student } from '../../batch/graded.ts';
import { harmlessCell, writeCsv } from './csv.ts';
import { gradePoints, gradesOf, labWordOf, nameOf } from './grades.ts';
import { type ClassReport, type ClassReportOptions, oneFile, ReportRefused } from './report.ts';

/**
 * Canvas' gradebook: students are found by ID, SIS user, SIS login and at last by name; a title that it doesn't know would
 * make a new assignment, so the instructor says it. Empty is no grade. Stretch points count on top.
 * Source: Canvas' guide, "How do I import grades in the Gradebook?".
 */
export function canvas(graded: GradedClass, { assignments = {} }: ClassReportOptions): ClassReport {
  const grades = gradesOf(graded);
  const titles = graded.labs.map(({ lab }) => assignments[lab]);
  refuseTitles(graded, titles);
  const strangers = graded.students.filter(({ enrolled }) => !enrolled);
  const students = graded.students.filter(({ enrolled }) => enrolled);
  const byName = students.filter((student) => !isKnown(student));
  const namesakes = byName.filter((one) => students.some((other) => other !== one && nameOf(other) === nameOf(one)));
  if (namesakes.length > 0)
    throw new ReportRefused([
      `canvas: only the name says who these are, and somebody else has the same: ${namesakes.map(nameOf).join(', ')}. Give a roster with Canvas' ID, SIS User ID or SIS Login ID`,
    ]);
  const rows = students.map((student) => [
    harmlessCell(nameOf(student)),
    student.canvasId ?? '',
    student.number ?? '',
    student.username ?? '',
    harmlessCell(student.section ?? ''),
    ...graded.labs.map(({ lab }) => {
      const grade = grades(student, lab);
      return grade === undefined ? '' : (gradePoints(grade.attempt) ?? '');
    }),
  ]);
  return oneFile(
    writeCsv([
      ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', ...titles.map(String)],
      ['    Points Possible', '', '', '', '', ...graded.labs.map(({ possible }) => possible)],
      ...rows,
    ]),
    [
      ...(strangers.length > 0 ? [`canvas: not in the roster, so left out: ${strangers.map(nameOf).join(', ')}`] : []),
      ...(byName.length > 0 ? [`canvas: found by name alone: ${byName.map(nameOf).join(', ')}`] : []),
    ],
  );
}

const isKnown = ({ canvasId, number, username }: Student): boolean => Boolean(canvasId ?? number ?? username);

function refuseTitles({ labs }: GradedClass, titles: readonly (string | undefined)[]): void {
  const problems = labs.flatMap(({ lab }, i) => {
    const title = titles[i];
    const say = `say --assignment "${labWordOf(lab)}=TITLE (ID)", as the column is called in Canvas' own export`;
    if (title === undefined) return [`canvas: which assignment is ${labWordOf(lab)}? ${say}`];
    if (!/\S \(\d+\)$/.test(title)) return [`canvas: "${title}" has no id at its end; ${say}`];
    if (titles.indexOf(title) !== i) return [`canvas: "${title}" is the assignment of two labs; ${say}`];
    return [];
  });
  if (problems.length > 0) throw new ReportRefused(problems);
}
