import { CRYPT_ALPHABET } from './crypt64.ts';

/** The traditional crypt(3): two characters of salt, eight of password, DES 25 times. `undefined` when the salt is none. Source: FIPS 46-3; crypt(5), "descrypt". */
export function desCrypt(password: Buffer, entry: string): string | undefined {
  const salt = /^[./0-9A-Za-z]{2}/.exec(entry)?.[0];
  if (salt === undefined) return undefined;
  const bits = new Array<number>(64).fill(0);
  for (let i = 0; i < 8; i++)
    for (let bit = 0; bit < 7; bit++) bits[i * 8 + bit] = ((password[i] ?? 0) >> (6 - bit)) & 1;
  const keys = keySchedule(bits);
  const expansion = saltedExpansion(salt);
  let block = new Array<number>(64).fill(0);
  for (let round = 0; round < 25; round++) block = encrypt(block, keys, expansion);
  let text = salt;
  for (let at = 0; at < 64; at += 6) {
    let value = 0;
    for (let bit = 0; bit < 6; bit++) value = (value << 1) | (block[at + bit] ?? 0);
    text += CRYPT_ALPHABET[value];
  }
  return text;
}

type Bits = readonly number[];

const table = (text: string): Bits => text.trim().split(/\s+/).map(Number);

const INITIAL = table(`58 50 42 34 26 18 10 2 60 52 44 36 28 20 12 4 62 54 46 38 30 22 14 6 64 56 48 40 32 24 16 8
  57 49 41 33 25 17 9 1 59 51 43 35 27 19 11 3 61 53 45 37 29 21 13 5 63 55 47 39 31 23 15 7`);
const FINAL = INITIAL.map((_, i) => INITIAL.indexOf(i + 1) + 1);
const EXPANSION = table(`32 1 2 3 4 5 4 5 6 7 8 9 8 9 10 11 12 13 12 13 14 15 16 17
  16 17 18 19 20 21 20 21 22 23 24 25 24 25 26 27 28 29 28 29 30 31 32 1`);
const PERMUTATION = table('16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25');
const CHOICE_1 = table(`57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36
  63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4`);
const CHOICE_2 = table(`14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2
  41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32`);
const SHIFTS = table('1 1 2 2 2 2 2 2 1 2 2 2 2 2 2 1');
const S_BOXES = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((digits) => [...digits.replaceAll(' ', '')].map((digit) => Number.parseInt(digit, 16)));

const permute = (bits: Bits, order: Bits): number[] => order.map((place) => bits[place - 1]!);

function keySchedule(key: Bits): readonly Bits[] {
  let halves = permute(key, CHOICE_1);
  return SHIFTS.map((shift) => {
    const [left, right] = [halves.slice(0, 28), halves.slice(28)];
    const turn = (half: readonly number[]): number[] => [...half.slice(shift), ...half.slice(0, shift)];
    halves = [...turn(left), ...turn(right)];
    return permute(halves, CHOICE_2);
  });
}

/** Each set bit of the salt swaps two bits of the expansion. */
function saltedExpansion(salt: string): Bits {
  const order = [...EXPANSION];
  for (let character = 0; character < 2; character++) {
    const value = CRYPT_ALPHABET.indexOf(salt[character]!);
    for (let bit = 0; bit < 6; bit++) {
      if (((value >> bit) & 1) === 0) continue;
      const place = character * 6 + bit;
      [order[place], order[place + 24]] = [order[place + 24]!, order[place]!];
    }
  }
  return order;
}

function encrypt(block: Bits, keys: readonly Bits[], expansion: Bits): number[] {
  const mixed = permute(block, INITIAL);
  let [left, right] = [mixed.slice(0, 32), mixed.slice(32)];
  for (const key of keys) {
    const wide = permute(right, expansion).map((bit, i) => bit ^ key[i]!);
    const out: number[] = [];
    for (let box = 0; box < 8; box++) {
      const [a, b, c, d, e, f] = wide.slice(box * 6, box * 6 + 6) as [number, number, number, number, number, number];
      const value = S_BOXES[box]![(a * 2 + f) * 16 + b * 8 + c * 4 + d * 2 + e]!;
      out.push((value >> 3) & 1, (value >> 2) & 1, (value >> 1) & 1, value & 1);
    }
    const next = permute(out, PERMUTATION).map((bit, i) => bit ^ left[i]!);
    left = right;
    right = next;
  }
  return permute([...right, ...left], FINAL);
}
