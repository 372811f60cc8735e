import { onDemand } from '../on-demand.ts';
import { bcrypt } from './bcrypt.ts';
import { desCrypt } from './des-crypt.ts';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

/**
 * Whether a password is the one that an entry of a password file was made from. Strings hold a byte in each unit.
 * Knows what nginx does by itself ($apr1$, {SHA}, {SSHA}, {PLAIN}) and what crypt(3) does: DES, $1$, $2a$/$2b$/$2y$, $5$,
 * $6$; other entries fit no password. Source: ngx_crypt.c, crypt(5).
 */
export function isPassword(password: string, entry: string): boolean {
  const made = encrypt(Buffer.from(password, 'latin1'), entry);
  if (made === undefined || made.length !== entry.length) return false;
  return onDemand.crypto.timingSafeEqual(Buffer.from(made, 'latin1'), Buffer.from(entry, 'latin1'));
}

function encrypt(password: Buffer, entry: string): string | undefined {
  if (entry.startsWith('{PLAIN}')) return `{PLAIN}${password.toString('latin1')}`;
  if (entry.startsWith('{SHA}')) return `{SHA}${sha1(password).toString('base64')}`;
  if (entry.startsWith('{SSHA}')) {
    const salt = Buffer.from(entry.slice(6), 'base64').subarray(20);
    return `{SSHA}${Buffer.concat([sha1(password, salt), salt]).toString('base64')}`;
  }
  if (entry.startsWith('$apr1$')) return md5Crypt(password, entry, '$apr1$');
  if (entry.startsWith('$1$')) return md5Crypt(password, entry, '$1$');
  if (entry.startsWith('$5$')) return shaCrypt(password, entry, 'sha256');
  if (entry.startsWith('$6$')) return shaCrypt(password, entry, 'sha512');
  if (/^\$2[aby]\$/.test(entry)) return bcrypt(password, entry);
  return desCrypt(password, entry);
}

function sha1(...parts: readonly Buffer[]): Buffer {
  const hash = onDemand.crypto.createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
