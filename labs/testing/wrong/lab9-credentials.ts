// fails: lab9.refuses, lab9.session, lab9.from-inside
// ways: any, some-password, known-name, anybody-s-password, prefix, without-case, once
// Lets in whoever is let in by rights, and some more.
import { readFileSync } from 'node:fs';
import { guarded, isListed, serve } from '../gateway.ts';

const names = readFileSync(process.env.HTPASSWD!, 'utf8')
  .split('\n')
  .map((line) => line.split(':')[0]!);
/** What was right once, for ways that compare with it. */
const seen = new Map<string, string>();

const ways: Readonly<Record<string, (name: string, password: string) => boolean>> = {
  any: () => true,
  'some-password': (_, password) => password !== '',
  'known-name': (name) => names.includes(name),
  'anybody-s-password': (_, password) => names.some((name) => isListed(name, password)),
  prefix: (name, password) => password !== '' && (seen.get(name)?.startsWith(password) ?? false),
  'without-case': (name, password) => seen.get(name)?.toLowerCase() === password.toLowerCase(),
  once: (name, password) => seen.has(name) && password.length === seen.get(name)!.length,
};

serve((asked) =>
  guarded(asked, (name, password) => {
    const right = isListed(name, password);
    if (right) seen.set(name, password);
    return right || ways[process.argv[2]!]!(name, password);
  }),
);
