import { describe, expect, test } from 'vitest';
import { isValidWildcard, ServerNames } from './server-name.ts';

const names = new ServerNames<string, undefined>();
for (const name of ['a.example.com', '*.example.com', '*.b.example.com', 'mail.*', 'mail.x.*', '.both.org', '']) {
  names.add(name, name);
}
names.addPattern({ text: '~^first', matches: (host) => /^first/.test(host) }, 'first pattern');
names.addPattern({ text: '~^f', matches: (host) => /^f/.test(host) }, 'second pattern');

describe('the server for a host is', () => {
  test.each([
    ['a.example.com', 'a.example.com', 'the exact name'],
    ['c.example.com', '*.example.com', 'the wildcard in front'],
    ['c.b.example.com', '*.b.example.com', 'the longest wildcard in front'],
    ['mail.example.com', '*.example.com', 'a wildcard in front rather than one behind'],
    ['mail.net', 'mail.*', 'the wildcard behind'],
    ['mail.x.net', 'mail.x.*', 'the longest wildcard behind'],
    ['both.org', '.both.org', 'a name with a leading dot for itself'],
    ['x.both.org', '.both.org', 'a name with a leading dot for those below'],
    ['first.net', 'first pattern', 'the first regular expression of the file'],
    ['', '', 'the empty name for a request without host'],
    ['example.com', undefined, 'none for the name that a wildcard leaves out'],
    ['nothing.net', undefined, 'none when nothing fits'],
  ])('%j: %j (%s)', (host, server, _why) => {
    expect(names.find(host, undefined)).toBe(server);
  });
});

test.each([
  ['a.example.com', 'exact', 'a.example.com'],
  ['both.org', 'exact', '.both.org'],
  ['x.both.org', 'leading wildcard', '.both.org'],
  ['mail.x.net', 'trailing wildcard', 'mail.x.*'],
  ['first.net', 'regex', '~^first'],
] as const)('%s fits by its %s %s', (host, kind, name) => {
  expect(names.match(host, undefined)).toMatchObject({ kind, name });
});

test('a name that there is already is told', () => {
  const some = new ServerNames<string, undefined>();
  expect([some.add('x', 'one'), some.add('x', 'two'), some.add('x', 'one')]).toEqual([true, false, false]);
  expect(some.find('x', undefined)).toBe('one');
});

test('a star may stand for the first label or the last one only', () => {
  expect(['*.a', 'a.*', 'a'].every(isValidWildcard)).toBe(true);
  expect(['a*.b', 'a.*.b', '*.a.*', '*', '*a'].some(isValidWildcard)).toBe(false);
});
