// fails: lab4.no-escape, lab4.caching, lab4.only-jpg, lab4.fallback
// ways: as-it-is, decoded, decoded-twice, backslashes, parameters, absolute, glued, cut-at-nul, one-pass
// A path made of what the client sent, each in another way.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, pass, pathOf, serve } from '../gateway.ts';

const folder = process.env.POSTER_DIR!;
const decode = (text: string) =>
  text.replace(/%([0-9a-f]{2})/gi, (_, octet: string) => String.fromCharCode(Number.parseInt(octet, 16)));
const strict = (name: string) => (name.includes('..') ? 'none' : name);
const ways: Readonly<Record<string, (name: string) => string>> = {
  'as-it-is': (name) => join(folder, name),
  decoded: (name) => join(folder, decode(strict(name))),
  'decoded-twice': (name) => join(folder, decode(decode(strict(name)))),
  backslashes: (name) =>
    join(
      folder,
      decode(name)
        .split('/')
        .some((part) => part === '..')
        ? 'none'
        : decode(name).replaceAll('\\', '/'),
    ),
  parameters: (name) => join(folder, /(^|\/)\.\.(\/|$)/.test(decode(name)) ? 'none' : name.replace(/;[^/]*/g, '')),
  absolute: (name) => (name.startsWith('/') ? join(folder, '..', name) : join(folder, strict(decode(name)))),
  glued: (name) => `${folder}/${strict(decode(name))}`,
  'cut-at-nul': (name) =>
    join(folder, decode(name).includes('\0') ? decode(name).replace(/.*\0/, '') : strict(decode(name))),
  'one-pass': (name) => join(folder, decode(name).replaceAll('../', '')),
};

async function read(place: string): Promise<Answer> {
  try {
    return { status: 200, rawHeaders: ['Content-Type', 'image/jpeg'], body: await readFile(place) };
  } catch {
    return { status: 404 };
  }
}

const way = process.argv[2]!;
serve((asked) => {
  const path = pathOf(asked);
  // Without the slash at its end, the prefix takes `/poster../x` as well.
  if (way === 'glued' && path.startsWith('/poster') && !path.startsWith('/poster/'))
    return read(`${folder}/${decode(path.slice(7))}`);
  if (!path.startsWith('/poster/')) return pass(process.env.CATALOG, asked);
  return read(ways[way]!(path.slice('/poster/'.length)));
});
