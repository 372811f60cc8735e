import { expect, test } from 'vitest';
import { labLine, lessonMenu, nextHint, nextStep, untouched } from './steps.ts';
import { courseInMemory } from './testing/course.ts';

const { default: lab } = await courseInMemory().labs[0]!.load();

test('the next step is reading, predicting, checking, and then the next lab', () => {
  expect(nextStep(lab, untouched)).toBe('read');
  expect(nextStep(lab, { ...untouched, read: 1 })).toBe('predict');
  expect(nextStep(lab, { ...untouched, read: 1, predicted: 2 })).toBe('check');
  expect(nextStep(lab, { ...untouched, read: 1, predicted: 2, unmet: ['lab1.first'] })).toBe('check');
  expect(nextStep(lab, { ...untouched, passed: true })).toBe('next');
});

test('hints come one by one for what the last check found unmet, and end', () => {
  const unmet = ['lab1.second'];
  expect(nextHint(lab, { ...untouched, unmet })).toMatchObject({ objective: { id: 'lab1.second' }, number: 0 });
  expect(nextHint(lab, { ...untouched, unmet, hints: { 'lab1.second': 1 } })).toMatchObject({ number: 1 });
  expect(nextHint(lab, { ...untouched, unmet, hints: { 'lab1.second': 2 } })).toBeUndefined();
});

test('a passed last lab offers no next one', () => {
  const values = lessonMenu(lab, { ...untouched, passed: true }, undefined).map(({ value }) => value);
  expect(values).not.toContain('next');
});

test('the list of labs says what was earned', () => {
  expect(labLine(lab, untouched)).toBe('○  1  Title 1');
  expect(labLine(lab, { ...untouched, unmet: ['lab1.first'], earned: 40 })).toMatch(/^◐ {2}1 {2}Title 1 +40 of 100$/);
  expect(labLine(lab, { ...untouched, passed: true, earned: 100 })).toMatch(/^✔.* passed$/);
});
