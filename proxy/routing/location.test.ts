import { describe, expect, test } from 'vitest';
import { type LocationEntry, LocationTree } from './location.ts';

type Entry = LocationEntry<string, undefined>;

/** `= /x`, `^~ /x`, `~ x` or `/x`, as a configuration has it; `>` at the end makes it redirect to its slash. */
function entry(text: string, inner: string[] = []): Entry {
  const [, modifier = '', name = '', redirect] = /^(=|\^~|~)? ?([^>]*)(>)?$/.exec(text)!;
  const kinds: Record<string, Entry['kind']> = { '': 'prefix', '=': 'exact', '^~': 'exclusive', '~': 'regex' };
  const expression = new RegExp(name);
  return {
    name,
    kind: kinds[modifier]!,
    matches: (uri) => expression.test(uri),
    redirectsToSlash: redirect !== undefined,
    value: text,
    inner: inner.length === 0 ? undefined : new LocationTree(inner.map((each) => entry(each))),
  };
}

const tree = new LocationTree<string, undefined>([
  entry('/'),
  entry('= /'),
  entry('/documents/'),
  entry('^~ /images/'),
  entry('~ \\.(gif|jpg)$'),
  entry('~ ^/documents/.*\\.jpg$'),
  entry('/nested/', ['/nested/deep/', '~ \\.gif$', '= /nested/exact.jpg']),
  entry('/app/>'),
]);

describe('the location for a path is', () => {
  test.each([
    ['/', '= /', 'the exact one'],
    ['/index.html', '/', 'the longest prefix'],
    ['/documents/x.html', '/documents/', 'the longest prefix'],
    ['/images/1.gif', '^~ /images/', 'the longest prefix, if it is ^~'],
    ['/documents/1.jpg', '~ \\.(gif|jpg)$', 'the first regular expression of the file'],
    ['/nested/deep/x', '/nested/deep/', 'an inner prefix'],
    ['/nested/x.gif', '~ \\.gif$', 'an inner regular expression before an outer one'],
    ['/nested/exact.jpg', '= /nested/exact.jpg', 'an inner exact one'],
    ['/nested/deep/x.jpg', '~ \\.(gif|jpg)$', 'an outer regular expression when no inner one decides'],
    ['/app', '/app/>', 'one with a slash more, to redirect to'],
    ['/app/x', '/app/>', 'the prefix itself'],
  ])('%s: %s (%s)', (uri, location) => {
    expect(tree.find(uri, undefined)).toBe(location);
  });

  test('none when nothing fits', () => {
    expect(new LocationTree([entry('/a')]).find('/b', undefined)).toBeUndefined();
  });
});
