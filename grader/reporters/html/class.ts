import type { GradedAttempt, GradedClass, GradedLab } from '../../batch/graded.ts';
import { fileName } from '../class/file-name.ts';
import { describeLate, type Grades, gradePoints, gradesOf, labWordOf, nameOf } from '../class/grades.ts';
import type { ClassReport } from '../class/report.ts';
import { labHeading } from '../words.ts';
import { attemptPage } from './attempt.ts';
import { hardest } from './hardest.ts';
import { histogram } from './histogram.ts';
import { type Content, type Markup, markup } from './markup.ts';
import { page } from './page.ts';
import { readableTime } from './result.ts';

/** An index of the class, and a page for every attempt. */
export function classPages(graded: GradedClass): ClassReport {
  return {
    files: [
      { path: 'index.html', content: index(graded) },
      ...graded.attempts.map((attempt) => ({ path: pathOf(attempt), content: attemptPage(attempt, '../index.html') })),
    ],
    notes: [],
  };
}

function pathOf({ student, lab, attempt }: GradedAttempt): string {
  return `pages/${fileName(student.id)}-${labWordOf(lab)}-${attempt}.html`;
}

function address(attempt: GradedAttempt): string {
  return pathOf(attempt).split('/').map(encodeURIComponent).join('/');
}

function index(graded: GradedClass): string {
  const grades = gradesOf(graded);
  const { students, labs, gradedAt, seed, policy } = graded;
  return page('The class', [
    markup`<header><h1>The class</h1>
<p class="soft small">${students.length} students, ${labs.length} ${labs.length === 1 ? 'lab' : 'labs'}, the ${policy} attempt counts. Graded <time datetime="${gradedAt}">${readableTime(gradedAt)}</time>, seed ${seed}.</p></header>`,
    labs.map((lab) => labOverview(graded, lab, grades)),
    table(graded, grades),
    pairs(graded),
  ]);
}

function labOverview({ students }: GradedClass, lab: GradedLab, grades: Grades): Markup {
  const attempts = students.flatMap((student) => grades(student, lab.lab)?.attempt ?? []);
  const count = (outcome: GradedAttempt['outcome']) => attempts.filter((one) => one.outcome === outcome).length;
  const said = [
    `${count('passed')} passed`,
    `${count('failed')} not yet`,
    count('refused') > 0 && `${count('refused')} refused`,
    count('error') > 0 && `${count('error')} could not be graded`,
    `${students.length - attempts.length} handed in nothing`,
  ].filter(Boolean);
  const points = attempts.flatMap((attempt) => gradePoints(attempt) ?? []);
  return markup`<h2>${labHeading(lab)}</h2>
<p>${said.join(', ')}.</p>
<div class="pictures">${points.length > 0 && histogram(points, lab.possible)}${hardest(attempts)}</div>`;
}

function table({ students, labs }: GradedClass, grades: Grades): Markup {
  return markup`<h2>Students</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Students and their points"><table>
<thead><tr><th scope="col">Student</th>${labs.map(({ lab, possible }) => markup`<th scope="col" class="number">${labWordOf(lab)} <span class="soft">of ${possible}</span></th>`)}</tr></thead>
<tbody>${students.map(
    (student) =>
      markup`<tr><th scope="row">${nameOf(student)}${!student.enrolled && markup` <span class="badge late">not in the roster</span>`}</th>${labs.map(({ lab }) => cell(grades(student, lab)))}</tr>
`,
  )}</tbody></table></div>`;
}

const words = { passed: 'passed', failed: 'not yet', refused: 'refused', error: 'not graded' } as const;

function cell(grade: ReturnType<Grades>): Markup {
  if (grade === undefined) return markup`<td class="number soft">–</td>`;
  const { attempt, attempts } = grade;
  const late = describeLate(attempt);
  return markup`<td class="number nowrap"><a href="${address(attempt)}">${gradePoints(attempt) === undefined ? '?' : pointsInWords(attempt)}</a> <span class="badge ${attempt.outcome}">${words[attempt.outcome]}</span>${late !== undefined && markup` <span class="badge late">${late}</span>`}${attempts > 1 && markup` <span class="soft small">${attempts} attempts</span>`}</td>`;
}

/** Core and stretch apart, for who has 90 of 100 has not passed, whatever comes on top: `90 + 15`. */
function pointsInWords({ points: { after } }: GradedAttempt): string {
  return after.stretchEarned === 0 ? String(after.earned) : `${after.earned} + ${after.stretchEarned}`;
}

function pairs({ pairs: all, students }: GradedClass): Content {
  if (all.length === 0) return undefined;
  const names = new Map(students.map((student) => [student.id, nameOf(student)]));
  return markup`<h2>Alike</h2>
<p class="soft small">Something to look at, never a verdict.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Submissions that look alike"><table><thead><tr><th scope="col">Lab</th><th scope="col">One</th><th scope="col">Other</th><th scope="col" class="number">Alike</th><th scope="col">In common</th></tr></thead>
<tbody>${all.map(
    ({ lab, first, second, similarity, because }) =>
      markup`<tr><td>${labWordOf(lab)}</td><td>${names.get(first.student) ?? first.student}</td><td>${names.get(second.student) ?? second.student}</td><td class="number">${Math.round(similarity * 100)} %</td><td>${because}</td></tr>
`,
  )}</tbody></table></div>`;
}
