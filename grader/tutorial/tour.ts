import type { Course, CourseLab } from './course.ts';
import { lesson } from './lesson.ts';
import { show } from './reader.ts';
import { labLine } from './steps.ts';
import type { Choice, Terminal } from './terminal.ts';

/** The list of labs, and from there one lab after the other, until the student leaves. */
export async function tour(terminal: Terminal, course: Course): Promise<void> {
  let entry = await chooseLab(terminal, course);
  while (entry !== undefined) {
    const onward: 'next' | 'back' = await lesson(terminal, course, entry);
    entry = onward === 'next' ? course.labs[course.labs.indexOf(entry) + 1] : await chooseLab(terminal, course);
  }
}

/** Under the cursor is the lab that was open last, or the first one after it that isn't passed. */
export async function resumeAt(course: Course): Promise<CourseLab | undefined> {
  const { labs } = course;
  const before = await course.last();
  const last = labs.findIndex((lab) => lab.folder === before);
  const passed = await Promise.all(labs.map(async (lab) => (await course.standing(lab)).passed));
  const open = (from: number) => labs.find((_, index) => index >= from && !passed[index]);
  return open(Math.max(last, 0)) ?? open(0) ?? labs[last];
}

async function chooseLab(terminal: Terminal, course: Course): Promise<CourseLab | undefined> {
  terminal.clear();
  show(terminal, 'The nginx workbook: what a web server does for an application.');
  const choices: Choice<CourseLab | undefined>[] = [];
  for (const lab of course.labs) choices.push({ name: labLine(lab, await course.standing(lab)), value: lab });
  choices.push({ name: 'Leave', value: undefined });
  return terminal.select('Which lab?', choices, await resumeAt(course));
}
