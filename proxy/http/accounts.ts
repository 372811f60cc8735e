import { existsSync, readFileSync } from 'node:fs';

const FILES = { user: '/etc/passwd', group: '/etc/group' } as const;

/** The number of a user or group in the system's own list; `undefined` when it is not there. Source: passwd(5), group(5). */
export function accountNumber(kind: 'user' | 'group', name: string): number | undefined {
  if (!existsSync(FILES[kind])) return undefined;
  for (const line of readFileSync(FILES[kind], 'latin1').split('\n')) {
    const [listed, , number] = line.split(':');
    if (listed === name) return Number(number);
  }
  return undefined;
}
