import { onDemand } from '../on-demand.ts';
import { crypt64 } from './crypt64.ts';

const ORDER = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]] as const;

/** Poul-Henning Kamp's MD5 crypt, `$1$`, and Apache's `$apr1$`, which differs in the magic alone. */
export function md5Crypt(password: Buffer, entry: string, magic: '$1$' | '$apr1$'): string {
  const salt = Buffer.from(/^[^$]{0,8}/.exec(entry.slice(magic.length))![0], 'latin1');
  const { length } = password;
  const inner = md5(password, salt, password);
  const first = [password, Buffer.from(magic), salt];
  for (let left = length; left > 0; left -= 16) first.push(inner.subarray(0, Math.min(16, left)));
  for (let bits = length; bits > 0; bits >>= 1) first.push((bits & 1) === 1 ? ZERO : password.subarray(0, 1));
  let digest = md5(...first);
  for (let round = 0; round < 1000; round++) {
    const odd = (round & 1) === 1;
    const parts = [odd ? password : digest];
    if (round % 3 !== 0) parts.push(salt);
    if (round % 7 !== 0) parts.push(password);
    parts.push(odd ? digest : password);
    digest = md5(...parts);
  }
  return `${magic}${salt.toString('latin1')}$${crypt64(digest, ORDER)}`;
}

const ZERO = Buffer.alloc(1);

function md5(...parts: readonly Buffer[]): Buffer {
  return onDemand.crypto.createHash('md5').update(Buffer.concat(parts)).digest();
}
