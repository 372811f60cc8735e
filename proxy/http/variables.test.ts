import { expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { Variables } from './variables.ts';

test.each(['$a$a$a$a', '$a$a$a', 'x$a$a'])('%s, longer than a text can be, is empty and is logged', (text) => {
  const variables = new Variables([]);
  variables.define('a', () => 'a'.repeat(2 ** 28));
  const logged: string[] = [];
  const exchange = { logError: (level: string, message: string) => logged.push(`${level}: ${message}`) };
  const value = variables.compile(text);
  variables.bind();
  expect(value(exchange as unknown as Exchange)).toBe('');
  expect(logged).toEqual(['alert: malloc() failed (12: Cannot allocate memory)']);
});
