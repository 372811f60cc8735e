import { expect, test } from 'vitest';
import { type Kept, SecondChance } from './second-chance.ts';

interface Named extends Kept {
  readonly name: string;
}

function room(mostBytes: number, mostItems = 100) {
  const gone: string[] = [];
  const kept = new SecondChance<Named>(mostBytes, mostItems, ({ name }) => gone.push(name));
  const add = (name: string, size: number): Named => {
    expect(kept.makeRoom(size)).toBe(true);
    const item = { name, size, wanted: false, readers: 0 };
    kept.add(item);
    return item;
  };
  return { kept, add, gone };
}

test('the oldest goes first when there is no more room', () => {
  const { add, gone } = room(10);
  for (const name of ['a', 'b', 'c']) add(name, 4);
  expect(gone).toEqual(['a']);
});

test('the number of things is limited as well', () => {
  const { add, gone } = room(1000, 2);
  for (const name of ['a', 'b', 'c']) add(name, 1);
  expect(gone).toEqual(['a']);
});

test('what was wanted since the last look stays, once', () => {
  const { add, gone } = room(10);
  add('a', 4).wanted = true;
  add('b', 4);
  add('c', 4);
  expect(gone).toEqual(['b']);
  add('d', 4);
  add('e', 4);
  expect(gone).toEqual(['b', 'a', 'c']);
});

test('when everything was wanted, one goes all the same', () => {
  const { add, gone } = room(10);
  for (const name of ['a', 'b']) add(name, 4).wanted = true;
  add('c', 4);
  expect(gone).toEqual(['a']);
});

test('what is larger than all the room is not kept, and neither is anything while all of it is being sent', () => {
  const { kept, add, gone } = room(10);
  expect(kept.makeRoom(11)).toBe(false);
  const sent = add('a', 10);
  sent.readers = 1;
  expect(kept.makeRoom(1)).toBe(false);
  kept.release(sent);
  expect(kept.makeRoom(1)).toBe(true);
  expect(gone).toEqual(['a']);
});

test('the bytes of what was dropped count until the last answer is sent', () => {
  const { kept, add } = room(10);
  const sent = add('a', 10);
  sent.readers = 2;
  kept.drop(sent);
  kept.release(sent);
  expect(kept.makeRoom(1)).toBe(false);
  kept.release(sent);
  expect(kept.makeRoom(10)).toBe(true);
});
