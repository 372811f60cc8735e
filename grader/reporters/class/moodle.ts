import type { GradedClass, GradedLab, Student } from '../../batch/graded.ts';
import { writeCsv } from './csv.ts';
import { type Grade, gradePoints, gradesOf, labWordOf, nameOf } from './grades.ts';
import {
  type ClassReport,
  type ClassReportOptions,
  type MoodleUser,
  moodleUsers,
  oneFile,
  ReportRefused,
} from './report.ts';
import { shortFeedback } from './short-feedback.ts';

const fields: Readonly<Record<MoodleUser, 'number' | 'username' | 'email'>> = {
  useridnumber: 'number',
  username: 'username',
  useremail: 'email',
};

/**
 * Moodle's grade import: who, then a grade and a feedback for each lab. An unknown user or a grade above the maximum makes
 * Moodle throw the whole file away, so neither gets into it. Stretch points count on top.
 * Source: Moodle's documentation, "Grade import", and its `grade/import/lib.php`.
 */
export function moodle(graded: GradedClass, options: ClassReportOptions): ClassReport {
  const grades = gradesOf(graded);
  const has = ({ id }: Student): boolean => graded.labs.some(({ lab }) => grades({ id }, lab) !== undefined);
  const strangers = graded.students.filter((student) => !student.enrolled && has(student));
  const students = graded.students.filter((student) => student.enrolled && has(student));
  const user = options.user ?? moodleUsers.find((one) => students.every((student) => student[fields[one]]));
  if (user === undefined)
    throw new ReportRefused([
      `moodle: no one column names all of them. Give a roster in which all have an ID number, a username or an e-mail address`,
    ]);
  refuseUsers(students, user);
  refuseGrades(graded, students, options);

  const [only] = graded.labs;
  const headings = (lab: GradedLab): string[] =>
    graded.labs.length === 1 && lab === only
      ? ['grade', 'feedback']
      : [`${labWordOf(lab.lab)} grade`, `${labWordOf(lab.lab)} feedback`];
  const rows = students.map((student) => [
    student[fields[user]] ?? '',
    ...graded.labs.flatMap((lab) => cells(grades(student, lab.lab), lab, options)),
  ]);
  const note = `moodle: not in the roster, and Moodle refuses a file with an unknown user, so left out: ${strangers.map(nameOf).join(', ')}`;
  return oneFile(writeCsv([[user, ...graded.labs.flatMap(headings)], ...rows]), strangers.length > 0 ? [note] : []);
}

function cells(grade: Grade | undefined, lab: GradedLab, options: ClassReportOptions): (string | number)[] {
  if (grade === undefined) return ['', ''];
  const points = gradePoints(grade.attempt);
  const maximum = options.maximum ?? lab.possible;
  return [
    points === undefined ? '' : options.cap ? Math.min(points, maximum) : points,
    // Moodle reads a feedback as HTML.
    shortFeedback(grade.attempt).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  ];
}

function refuseUsers(students: readonly Student[], user: MoodleUser): void {
  const missing = students.filter((student) => !student[fields[user]]);
  const ids = students.map((student) => student[fields[user]]?.toLowerCase());
  const twice = students.filter((_, i) => ids[i] !== undefined && ids.indexOf(ids[i]) !== i);
  const problems = [
    ...(missing.length > 0
      ? [`moodle: without ${user}, so Moodle would not know them: ${missing.map(nameOf).join(', ')}`]
      : []),
    ...(twice.length > 0 ? [`moodle: the same ${user} as somebody else: ${twice.map(nameOf).join(', ')}`] : []),
  ];
  if (problems.length > 0) throw new ReportRefused(problems);
}

function refuseGrades(
  graded: GradedClass,
  students: readonly Student[],
  { maximum, cap = false }: ClassReportOptions,
): void {
  if (cap) return;
  const grades = gradesOf(graded);
  const problems = graded.labs.flatMap(({ lab, possible }) => {
    const most = maximum ?? possible;
    const above = students.filter((student) => {
      const grade = grades(student, lab);
      return grade !== undefined && (gradePoints(grade.attempt) ?? 0) > most;
    });
    if (above.length === 0) return [];
    return [
      `moodle: more than the maximum of ${most} in ${labWordOf(lab)}, and Moodle refuses a file with such a grade: ${above.map(nameOf).join(', ')}. Say --maximum POINTS when the grade item has more, or --cap to cut them`,
    ];
  });
  if (problems.length > 0) throw new ReportRefused(problems);
}
