// fails: lab6.unknown-host
// ways: begins, ends, first-label, dots-are-any, without-host, empty, by-the-handshake, keeps-waiting, forbidden-page
// Knows the right names, and takes some wrong ones for them.
import type { TLSSocket } from 'node:tls';
import { type Answer, type Asked, moved, nameOf, serve, serveSecurely, siteOf } from '../gateway.ts';

const known = ['catalog.test', 'www.catalog.test', 'backoffice.test', 'posters.test'];
const ways: Readonly<Record<string, (name: string, asked: Asked) => string | undefined>> = {
  begins: (name) => known.find((one) => name.startsWith(one)),
  ends: (name) => known.find((one) => name.endsWith(one)),
  'first-label': (name) => known.find((one) => name.split('.')[0] === one.split('.')[0]),
  'dots-are-any': (name) => known.find((one) => new RegExp(`^${one}$`).test(name)),
  'without-host': (name, { host }) => (host === undefined ? 'catalog.test' : name),
  empty: (name, { host }) => (host === '' ? 'backoffice.test' : name),
  'by-the-handshake': (name, { socket }) =>
    known.includes(name) ? name : (socket as TLSSocket).servername || undefined,
};
const way = process.argv[2]!;
const nobody: Answer | Promise<Answer> =
  way === 'keeps-waiting' ? new Promise<Answer>(() => {}) : { status: way === 'forbidden-page' ? 200 : 404 };

const answer = (asked: Asked) => {
  const name = nameOf(asked).replace(/\.$/, '');
  return siteOf(ways[way]?.(name, asked) ?? name, asked) ?? nobody;
};
if (way === 'by-the-handshake') {
  serve(moved);
  await serveSecurely(answer);
} else serve(answer);
