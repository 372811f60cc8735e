import type { Lab } from '../lab.ts';
import type { Course, CourseLab } from './course.ts';
import { predict } from './predict.ts';
import { browse, read, show } from './reader.ts';
import { lessonMenu, nextHint, nextStep } from './steps.ts';
import type { Terminal } from './terminal.ts';

/** One lab, from its menu. Ends with where the student goes: `next` lab, or `back` to the list. */
export async function lesson(terminal: Terminal, course: Course, entry: CourseLab): Promise<'next' | 'back'> {
  const { default: lab } = await entry.load();
  const file = await course.prepare(entry);
  const following = course.labs[course.labs.indexOf(entry) + 1];
  await course.opened(entry);
  terminal.clear();
  for (;;) {
    const standing = await course.standing(entry);
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
        await check(terminal, course, entry);
        break;
      case 'hint':
        await giveHint(terminal, course, entry, lab);
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
  const { read: before } = await course.standing(entry);
  // Leafing back through a text that was read to its end doesn't make it unread.
  const keep = (share: number) => (before >= 1 ? Promise.resolve() : course.note(entry, { read: share }));
  const done = await read(terminal, await course.text(entry), before, ({ page, pages }) => keep(page / pages));
  if (done) await keep(1);
  terminal.clear();
}

async function check(terminal: Terminal, course: Course, entry: CourseLab): Promise<void> {
  terminal.clear();
  const report = await terminal.during('Checking …', (signal) => course.check(entry, signal));
  await browse(terminal, report.trimEnd());
}

async function giveHint(terminal: Terminal, course: Course, entry: CourseLab, lab: Lab): Promise<void> {
  const hint = nextHint(lab, await course.standing(entry));
  if (hint === undefined) return;
  const { objective, number } = hint;
  const last = number === objective.hints.length - 1 ? `\n\nThe manual page: <${objective.manual}>` : '';
  terminal.clear();
  show(
    terminal,
    `## ${objective.title}\n\nHint ${number + 1} of ${objective.hints.length}: ${objective.hints[number]}${last}`,
  );
  await course.hintGiven(entry, objective);
}

async function showSolution(terminal: Terminal, course: Course, entry: CourseLab): Promise<void> {
  if (
    !(await course.standing(entry)).passed &&
    !(await terminal.confirm('You have not passed yet. See the solution all the same?'))
  )
    return;
  const files = await course.solution(entry);
  const fence = '~~~~~~';
  const text = files.map(({ name, text }) =>
    name.endsWith('.md') ? text : `## ${name}\n\n${fence}\n${text.trimEnd()}\n${fence}`,
  );
  await read(terminal, text.join('\n\n'), 0, async () => {});
  terminal.clear();
}
