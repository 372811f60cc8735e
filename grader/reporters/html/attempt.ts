import type { GradedAttempt } from '../../batch/graded.ts';
import { describeLate, gradePoints, labWordOf, nameOf } from '../class/grades.ts';
import { type Content, type Markup, markup } from './markup.ts';
import { page } from './page.ts';
import { labSection, readableTime } from './result.ts';

/** The page of one graded attempt, for its student. `back` is the address of the index, where there is one. */
export function attemptPage(attempt: GradedAttempt, back?: string): string {
  const { result, student, lab } = attempt;
  const section = result === undefined ? ungraded(attempt) : labSection(result, about(attempt));
  return page(`${nameOf(student)} · ${labWordOf(lab)}`, [
    back !== undefined && markup`<p class="small"><a href="${back}">All submissions</a></p>`,
    section,
  ]);
}

function about(attempt: GradedAttempt): Content {
  const { student, submittedAt, points, source } = attempt;
  const late = describeLate(attempt);
  const counted = gradePoints(attempt);
  return markup`<p><strong>${nameOf(student)}</strong>${attempt.attempt > 1 && `, attempt ${attempt.attempt}`}${submittedAt !== undefined && markup`, handed in <time datetime="${submittedAt}">${readableTime(submittedAt)}</time>`}
<span class="soft small"> ${source}</span></p>
${late !== undefined && markup`<p><span class="badge late">late</span> ${late}: ${points.before.earned + points.before.stretchEarned} points became ${counted}.</p>`}
${problem(attempt)}`;
}

function ungraded(attempt: GradedAttempt): Markup {
  const word = attempt.outcome === 'error' ? 'not graded' : attempt.outcome;
  return markup`<section><header>
<h1>${labWordOf(attempt.lab)}</h1>
${about(attempt)}
<div class="verdict"><strong>${attempt.outcome === 'error' ? 'No points yet' : `0 of ${attempt.points.after.possible}`}</strong><span class="badge ${attempt.outcome}">${word}</span></div>
</header></section>`;
}

function problem({ problem: found, outcome }: GradedAttempt): Content {
  if (found === undefined) return undefined;
  const place = found.file !== undefined && `${found.file}${found.line === undefined ? '' : `, line ${found.line}`}: `;
  return markup`<p class="broken">${outcome === 'error' && 'The grader could not finish; it is not your fault. '}${place}${found.reason}</p>`;
}
