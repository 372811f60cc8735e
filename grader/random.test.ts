import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

const draw = (seed: number): unknown => {
  const random = createRandom(seed);
  return [random.integer(1000), random.word(), [...random.bytes(8)], random.pick(['a', 'b', 'c', 'd'])];
};

test('a seed repeats its values', () => {
  expect(draw(42)).toEqual(draw(42));
});

test('another seed gives other values', () => {
  expect(draw(42)).not.toEqual(draw(43));
});

test('integers stay below their bound and reach all of it', () => {
  const random = createRandom(7);
  const drawn = new Set(Array.from({ length: 500 }, () => random.integer(10)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a word has the length that was asked for', () => {
  expect(createRandom(1).word(24)).toMatch(/^[a-z]{24}$/);
});

test('nothing can be picked from nothing', () => {
  expect(() => createRandom(1).pick([])).toThrow(RangeError);
});
