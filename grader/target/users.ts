import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { User } from '../lab.ts';
import { createRandom } from '../random.ts';

/** Writes /etc/nginx/htpasswd for two users whose passwords are made up for this run, and returns them. */
export function writeUsers(file: string, seed: number): readonly User[] {
  const random = createRandom(seed);
  const users = ['alice', 'bob'].map((name) => ({ name, password: random.word(12) }));
  writeFileSync(file, users.map(passwordLine).join(''));
  return users;
}

/** A line as `htpasswd -s` writes it; every make of web server can read this form. */
function passwordLine({ name, password }: User): string {
  return `${name}:{SHA}${createHash('sha1').update(password).digest('base64')}\n`;
}
