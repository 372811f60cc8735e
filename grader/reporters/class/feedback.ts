import type { GradedAttempt, GradedClass } from '../../batch/graded.ts';
import { attemptPage } from '../html/attempt.ts';
import { terminal } from '../terminal.ts';
import { fileName } from './file-name.ts';
import { gradesOf, labWordOf, nameOf } from './grades.ts';
import type { ClassReport, ReportFile } from './report.ts';
import { shortFeedback } from './short-feedback.ts';

/**
 * A page and a text for each student and lab, to be sent back. Where the submissions came from Moodle, the files are named as
 * its "Upload multiple feedback files in a zip" finds its students: `NAME_PARTICIPANT_assignfeedback_file_lab3.html`.
 * Source: Moodle's `mod/assign/feedback/file/importziplib.php`. Elsewhere each student has a folder.
 */
export function feedback(graded: GradedClass): ClassReport {
  const grades = gradesOf(graded);
  const files = graded.students.flatMap((student) =>
    graded.labs.flatMap(({ lab }) => {
      const grade = grades(student, lab);
      return grade === undefined ? [] : filesOf(grade.attempt);
    }),
  );
  return { files, notes: [] };
}

function filesOf(attempt: GradedAttempt): readonly ReportFile[] {
  const place = `${moodlePrefix(attempt.source) ?? `${fileName(attempt.student.id)}/`}${labWordOf(attempt.lab)}`;
  return [
    { path: `${place}.html`, content: attemptPage(attempt) },
    { path: `${place}.txt`, content: text(attempt) },
  ];
}

/** Moodle's export says in the name of a folder or a file who somebody is; the number is the participant's, not the user's. */
function moodlePrefix(source: string): string | undefined {
  const part = source.split('/').find((one) => /^[^_]+_\d+_assignsubmission_[a-z]+(_|$)/.test(one));
  const [name, participant] = part?.split('_') ?? [];
  return participant === undefined ? undefined : `${name}_${participant}_assignfeedback_file_`;
}

function text(attempt: GradedAttempt): string {
  const heading = `${nameOf(attempt.student)}\n${shortFeedback(attempt)}\n`;
  return attempt.result === undefined ? heading : `${heading}${terminal(attempt.result, { width: 90 })}`;
}
