import type { Lab } from '../lab.ts';
import type { Course, CourseLab } from './course.ts';
import { joinBlocks, renderMarkdown } from './markdown.ts';
import { predict } from './predict.ts';
import { read } from './reader.ts';
import { lessonMenu, nextHint, nextStep } from './steps.ts';
import type { Terminal } from './terminal.ts';

/** One lab, from its menu. Ends with where the student goes: `next` lab, or `back` to the list. */
export async function lesson(terminal: Terminal, course: Course, entry: CourseLab): Promise<'next' | 'back'> {
  const { default: lab } = await entry.load();
  const file = await course.prepare(entry);
  const following = course.labs[course.labs.indexOf(entry) + 1];
  course.opened(entry);
  terminal.clear();
  for (;;) {
    const standing = course.standing(entry);
    terminal.print(`\nLab ${entry.number}: ${entry.title}\nYour file: ${file}\n`);
    const title = following && `lab ${following.number}, ${following.title}`;
    const preferred = nextStep(lab, standing);
    const step = await terminal.select(
      'What now?',
      lessonMenu(lab, standing, title),
      preferred === 'next' && following === undefined ? 'back' : preferred,
    );
    switch (step) {
      case 'read':
        await readText(terminal, course, entry);
        break;
      case 'predict':
        await predict(terminal, course, entry, lab);
        break;
      case 'check':
        await check(terminal, course, entry, lab);
        break;
      case 'hint':
        giveHint(terminal, course, entry, lab);
        break;
      case 'solution':
        await showSolution(terminal, course, entry);
        break;
      default:
        return step;
    }
  }
}

async function readText(terminal: Terminal, course: Course, entry: CourseLab): Promise<void> {
  const done = await read(terminal, await course.text(entry), course.standing(entry).read, ({ page, pages }) => {
    // Leafing back through a text that was read to its end doesn't make it unread.
    if (course.standing(entry).read < 1) course.record(entry, { read: page / pages });
  });
  if (done) course.record(entry, { read: 1 });
  terminal.clear();
}

async function check(terminal: Terminal, course: Course, entry: CourseLab, lab: Lab): Promise<void> {
  terminal.clear();
  const { result, report } = await terminal.during('Checking …', (signal) => course.check(entry, signal));
  terminal.print(report.trimEnd());
  if (result.outcome === 'error') return;
  const unmet = result.objectives.filter((one) => one.outcome === 'failed').map((one) => one.id);
  const before = course.standing(entry);
  course.record(entry, {
    passed: before.passed || result.outcome === 'passed',
    earned: Math.max(before.earned, result.score.earned),
    stretchEarned: Math.max(before.stretchEarned, result.score.stretchEarned),
    unmet: lab.objectives.map((one) => one.id).filter((id) => unmet.includes(id)),
  });
}

function giveHint(terminal: Terminal, course: Course, entry: CourseLab, lab: Lab): void {
  const hint = nextHint(lab, course.standing(entry));
  if (hint === undefined) return;
  const { objective, number } = hint;
  const last = number === objective.hints.length - 1 ? `\n\nThe manual page: <${objective.manual}>` : '';
  terminal.clear();
  show(
    terminal,
    `## ${objective.title}\n\nHint ${number + 1} of ${objective.hints.length}: ${objective.hints[number]}${last}`,
  );
  course.hintGiven(entry, objective);
}

async function showSolution(terminal: Terminal, course: Course, entry: CourseLab): Promise<void> {
  if (
    !course.standing(entry).passed &&
    !(await terminal.confirm('You have not passed yet. See the solution all the same?'))
  )
    return;
  const files = await course.solution(entry);
  const fence = '~~~~~~';
  const text = files.map(({ name, text }) =>
    name.endsWith('.md') ? text : `## ${name}\n\n${fence}\n${text.trimEnd()}\n${fence}`,
  );
  await read(terminal, text.join('\n\n'), 0, () => {});
  terminal.clear();
}

function show(terminal: Terminal, markdown: string): void {
  const setting = { width: terminal.size().width - 2, color: terminal.color };
  terminal.print(joinBlocks(renderMarkdown(markdown, setting)).join('\n'));
}
