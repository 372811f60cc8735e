import { expect, test } from 'vitest';
import { Left } from './terminal.ts';
import { courseInMemory } from './testing/course.ts';
import { type Act, scripted } from './testing/scripted.ts';
import { resumeAt, tour } from './tour.ts';

async function follow(course: ReturnType<typeof courseInMemory>, acts: readonly Act[]): Promise<string> {
  const { terminal, screen, left } = scripted(acts);
  await tour(terminal, course).catch((error: unknown) => {
    if (!(error instanceof Left)) throw error;
  });
  expect(left(), `acts left over after:\n${screen()}`).toBe(0);
  return screen();
}

test('a student reads, predicts, fails, takes a hint, passes and goes on to the next lab, by pressing Enter alone where possible', async () => {
  const met = ['lab1.first'];
  const course = courseInMemory(() => met);
  const pages = ['enter', 'enter', 'enter', 'enter'] as const;
  const screen = await follow(course, [
    'enter', // lab 1
    'enter', // read
    ...pages,
    'enter', // predict
    { take: '404' },
    'enter',
    { take: 'the app' },
    'enter',
    'enter', // check
    { take: 'Hint 1' },
    { take: 'Hint 2' },
  ]);
  expect(screen).toContain('report of lab 1');
  expect(screen).toContain('Right.');
  expect(screen).toContain('It is: the server');
  expect(screen).toContain('lab1.second: a nudge');
  expect(screen).toContain('lab1.second: the place');
  expect(screen).not.toContain('lab1.first: a nudge');

  met.push('lab1.second');
  const after = await follow(course, ['enter', 'enter', 'enter', 'leave']);
  expect(after).toContain('❯ Check my server');
  expect(after).toContain('❯ Go on to lab 2, Title 2');
  expect(after).toContain('Your file: workspace/lab2-n2/conf.d/default.conf');
});

test('reading goes on at the page where one stopped', async () => {
  const course = courseInMemory();
  await follow(course, ['enter', 'enter', 'enter', 'leave']);
  const screen = await follow(course, ['enter', 'enter', 'leave']);
  expect(screen).toMatch(/page 2 of \d+/);
  expect(screen).not.toMatch(/page 1 of/);
});

test('the solution is shown before passing only when the student insists', async () => {
  const course = courseInMemory();
  const refused = await follow(course, ['enter', { take: 'See a solution' }, { say: false }, 'leave']);
  expect(refused).not.toContain('# solution 1');
  const insisted = await follow(course, ['enter', { take: 'See a solution' }, { say: true }, 'enter', 'leave']);
  expect(insisted).toContain('# solution 1');
});

test('leaving in the middle of a prediction stops the server that answers it', async () => {
  const course = courseInMemory();
  await follow(course, ['enter', { take: 'Predict' }, { take: '200' }, 'leave']);
  expect(course.oracles.open).toBe(0);
  const screen = await follow(course, ['enter', { take: '1 of 2 answered' }, 'leave']);
  expect(screen).toMatch(/From whom\?[\s\S]*2 of 2 {2}What do you think/);
  expect(course.oracles.open).toBe(0);
});

test('the cursor is on the lab that was open last, or on the first one after it that is not passed', async () => {
  const met: string[] = [];
  const course = courseInMemory(() => met);
  expect((await resumeAt(course))?.number).toBe(1);
  await follow(course, [{ take: 'Title 2' }, { take: 'Back' }, { take: 'Leave' }]);
  expect((await resumeAt(course))?.number).toBe(2);
  met.push('lab2.first', 'lab2.second');
  await follow(course, ['enter', { take: 'Check' }, 'leave']);
  expect((await resumeAt(course))?.number).toBe(1);
});

test('a lab once passed stays passed when a later check fails', async () => {
  let met = ['lab1.first', 'lab1.second'];
  const course = courseInMemory(() => met);
  await follow(course, ['enter', { take: 'Check' }, 'leave']);
  met = [];
  await follow(course, [{ take: 'Title 1' }, { take: 'Check' }, 'leave']);
  expect(await course.standing(course.labs[0]!)).toMatchObject({ passed: true });
});
