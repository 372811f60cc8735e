import { expect, test } from 'vitest';
import { parseListen } from './listen.ts';

test.each([
  ['80', '0.0.0.0:80'],
  ['*:8080', '0.0.0.0:8080'],
  ['127.0.0.1', '127.0.0.1:80'],
  ['127.0.0.1:8080', '127.0.0.1:8080'],
  ['[::]:80', '[::]:80'],
  ['[0:0:0:0:0:0:0:1]', '[::1]:80'],
  ['unix:/run/x.sock', 'unix:/run/x.sock'],
])('listen %s is %s', (text, address) => {
  expect(parseListen(text)[0]!.text).toBe(address);
});

test.each([
  ['0', 'invalid port'],
  ['70000', 'invalid port'],
  ['127.0.0.1:x', 'invalid port'],
  [':80', 'no host'],
  ['[::g]:80', 'invalid IPv6 address'],
  ['nosuch.invalid:80', 'host not found'],
])('listen %s: %s', (text, reason) => {
  expect(() => parseListen(text)).toThrow(reason);
});
