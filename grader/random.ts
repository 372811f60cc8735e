import type { Random } from './lab.ts';

/** A seed for a run that names none: 32 bits of chance. `node:crypto` would take 10 ms of a check to load. */
export function newSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/**
 * A repeatable source of made-up values: the same seed gives the same values. mulberry32 by Tommy Ettinger
 * (public domain): 32 bits of state, plenty for names and choices, not for secrets.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const integer = (below: number): number => {
    if (!(below >= 1)) throw new RangeError(`a number below ${below} was asked for`);
    return Math.floor((next() / 0x1_0000_0000) * below);
  };
  return {
    integer,
    word(length = 10) {
      let word = '';
      while (word.length < length) word += String.fromCharCode(97 + integer(26));
      return word;
    },
    bytes: (length) => Uint8Array.from({ length }, () => integer(256)),
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new RangeError('nothing to pick from');
      return from[integer(from.length)] as T;
    },
  };
}
