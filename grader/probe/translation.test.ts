import { expect, test } from 'vitest';
import { createTranslation } from './translation.ts';

const translation = createTranslation(
  [
    { sandbox: 20080, student: 80 },
    { sandbox: 20443, student: 443 },
    { sandbox: 20081, student: 8081 },
  ],
  '/tmp/workbook-x',
);

test.each([
  ['http://catalog.test:20080/x', 'http://catalog.test/x'],
  ['https://catalog.test:20443/x', 'https://catalog.test/x'],
  ['https://catalog.test:20080/x', 'https://catalog.test:80/x'],
  ['xhttp://a:20080', 'xhttp://a'],
  ['http://[::1]:20080/', 'http://[::1]/'],
  ['connect to 127.0.0.1:20081 and [::1]:20443', 'connect to 127.0.0.1:8081 and [::1]:443'],
  ['listen *:20080; :20080', 'listen *:80; :80'],
  ['a:20080:20081', 'a:80:8081'],
  ['a:200801 and 20080', 'a:200801 and 20080'],
  ['at 10:20 in /tmp/workbook-x/etc/nginx', 'at 10:20 in /etc/nginx'],
])('%s is %s in the student’s words', (text, expected) => {
  expect(translation.text(text)).toBe(expected);
});

test('a megabyte without a space takes no longer than any other', () => {
  const long = 'x'.repeat(1024 * 1024);
  expect(translation.text(`${long}:20081`)).toBe(`${long}:8081`);
  expect(translation.text('http://a'.repeat(100_000))).toHaveLength(800_000);
});
