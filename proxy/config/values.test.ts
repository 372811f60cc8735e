import { expect, test } from 'vitest';
import { nearestName } from './suggestion.ts';
import { parseOffset, parseSize, parseTime } from './values.ts';

test('sizes have nothing, k or m behind them, those of files and bodies g too', () => {
  const sizes = ['512', '1k', '1K', '2m'];
  expect(sizes.map(parseSize)).toEqual([512, 1024, 1024, 2_097_152]);
  expect(sizes.map(parseOffset)).toEqual(sizes.map(parseSize));
  expect(['1g', '1G'].map(parseOffset)).toEqual([1_073_741_824, 1_073_741_824]);
  expect(['1g', '1G'].map(parseSize)).toEqual([undefined, undefined]);
  for (const parse of [parseSize, parseOffset])
    expect(['', '-1', '1.5m', '1kb', 'k', 'g'].map(parse)).toEqual(new Array(6).fill(undefined));
});

test('times go from large units to small ones, each once, and a bare number is seconds', () => {
  expect(['60', '500ms', '1m30s', '1h 30m', '1d', '1M', '0'].map(parseTime)).toEqual([
    60_000, 500, 90_000, 5_400_000, 86_400_000, 2_592_000_000, 0,
  ]);
  expect(['', '1x', '1s1m', '1m1m', '1.5s', '-1', ' 1'].map(parseTime)).toEqual(new Array(7).fill(undefined));
});

test('a name that is nearly right is suggested, a strange one is not', () => {
  const known = ['proxy_pass', 'root', 'location', 'server_name'];
  expect(nearestName('proxy_pas', known)).toBe('proxy_pass');
  expect(nearestName('server_nmae', known)).toBe('server_name');
  expect(nearestName('rot', known)).toBe('root');
  expect(nearestName('banana', known)).toBeUndefined();
});
