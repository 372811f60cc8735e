import { onDemand } from '../on-demand.ts';
import { crypt64 } from './crypt64.ts';

const ORDER_256 = [
  [0, 10, 20],
  [21, 1, 11],
  [12, 22, 2],
  [3, 13, 23],
  [24, 4, 14],
  [15, 25, 5],
  [6, 16, 26],
  [27, 7, 17],
  [18, 28, 8],
  [9, 19, 29],
  [31, 30],
];
/** 0 21 42, 22 43 1, 44 2 23 ... : each group turns the one before, one further. */
const ORDER_512 = [
  ...Array.from({ length: 21 }, (_, i) => {
    const group = [i, i + 21, i + 42];
    return [0, 1, 2].map((place) => group[(place + i) % 3]!);
  }),
  [63],
];
const DEFAULT_ROUNDS = 5000;

/** Ulrich Drepper's SHA-crypt: `$5$` and `$6$`, with or without `rounds=`. Source: https://www.akkadia.org/drepper/SHA-crypt.txt */
export function shaCrypt(password: Buffer, entry: string, algorithm: 'sha256' | 'sha512'): string | undefined {
  const match = /^(\$[56]\$)(rounds=(\d{1,10})\$)?([^$:\n]{0,16})/.exec(entry)!;
  const [, magic, given, digits, saltText] = match as unknown as [string, string, string?, string?, string?];
  const rounds = digits === undefined ? DEFAULT_ROUNDS : Number(digits);
  if (rounds < 1000 || rounds > 999_999_999) return undefined;
  const salt = Buffer.from(saltText ?? '', 'latin1');
  const hash = (...parts: readonly Buffer[]): Buffer =>
    onDemand.crypto.createHash(algorithm).update(Buffer.concat(parts)).digest();
  const fill = (digest: Buffer, length: number): Buffer => Buffer.alloc(length, digest);

  const alternate = hash(password, salt, password);
  const first = [password, salt, fill(alternate, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) first.push((bits & 1) === 1 ? alternate : password);
  let digest = hash(...first);

  const p = fill(hash(...new Array<Buffer>(password.length).fill(password)), password.length);
  const s = fill(hash(...new Array<Buffer>(16 + digest[0]!).fill(salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) === 1;
    const parts = [odd ? p : digest];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(odd ? digest : p);
    digest = hash(...parts);
  }
  const order = algorithm === 'sha256' ? ORDER_256 : ORDER_512;
  return `${magic}${given ?? ''}${salt.toString('latin1')}$${crypt64(digest, order)}`;
}
