import type { Course, CourseLab } from './course.ts';
import { lesson } from './lesson.ts';
import { labLine } from './steps.ts';
import type { Terminal } from './terminal.ts';

/** The list of labs, and from there one lab after the other, until the student leaves. */
export async function tour(terminal: Terminal, course: Course): Promise<void> {
  let entry = await chooseLab(terminal, course);
  while (entry !== undefined) {
    const onward: 'next' | 'back' = await lesson(terminal, course, entry);
    entry = onward === 'next' ? course.labs[course.labs.indexOf(entry) + 1] : await chooseLab(terminal, course);
  }
}

/** Under the cursor is the lab that was open last, or the first one after it that isn't passed. */
export function resumeAt(course: Course): CourseLab | undefined {
  const { labs } = course;
  const last = labs.findIndex((lab) => lab.folder === course.last());
  const open = (lab: CourseLab) => !course.standing(lab).passed;
  return labs.slice(Math.max(last, 0)).find(open) ?? labs.find(open) ?? labs[last];
}

async function chooseLab(terminal: Terminal, course: Course): Promise<CourseLab | undefined> {
  terminal.clear();
  terminal.print('The nginx workbook: what a web server does for an application.\n');
  const choices = course.labs.map((lab) => ({
    name: labLine(lab, course.standing(lab)),
    value: lab as CourseLab | undefined,
  }));
  return terminal.select('Which lab?', [...choices, { name: 'Leave', value: undefined }], resumeAt(course));
}
