import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openOracle } from '../grader/tutorial/oracle.ts';
import { labs } from './catalog.ts';
import { engines } from './testing/engines.ts';
import { mainFile } from './testing/grading.ts';

/**
 * What somebody who knows nginx says to each question. The server is asked when a student is; here it is held against
 * this, for a question that no longer fits the lab gets an answer that its explanation contradicts. Undefined: how busy
 * the machine is decides, too.
 */
const right: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'lab1-install': ['404', '405', '404', '416'],
  'lab2-proxy-pass': [
    'the application',
    'the web server itself',
    "the client's address, 127.0.0.1, because both run here",
    '/films/../status, as it was sent',
  ],
  'lab3-upstream': [
    'no: each request is dealt out by itself',
    'about every second time',
    '200, all of them',
    'an error (502 or 504)',
  ],
  'lab4-static-posters': [
    'the web server, from a file',
    'the application',
    'the application',
    'the application',
    'at once',
  ],
  'lab5-https-redirect': [
    '301',
    'a redirect, like for everything else',
    'an error (400), in plain HTTP',
    'the handshake works: only a careful client stops',
  ],
  'lab6-virtual-hosts': ['the back office', 'the back office', 'no application', 'no application', 'the catalog'],
  'lab7-rate-limit': [undefined, '429', undefined, 'some 200 among the 429'],
  'lab8-cache': ['once', 'yes', 'no', 'when the entry has expired'],
  'lab9-authentication': ['401', '404', '301', '200', 'it sends it with every request'],
  'lab10-security': ['404', '405', '413', 'yes'],
  'lab11-scale': ['no', 'no', 'none', 'no'],
  'lab12-app-protocols': ['HTTP_X_FILM', 'it does not arrive', '418, and no header Status', 'the application'],
  'lab13-capstone': ['yes, with 429', 'yes', '405', '404', '301'],
};

describe.for(labs)('the questions of lab $number', ({ folder, load }) => {
  test.for(engines)('get the right answers from the solution on $engine', async ({ engine, skip }, context) => {
    context.skip(skip, 'nginx is not installed');
    const { default: lab } = await load();
    const path = join(import.meta.dirname, '../solutions', folder, mainFile(folder));
    const oracle = await openOracle([{ kind: 'configuration', path, engine }], lab, 5, context.signal);
    try {
      const expected = right[folder] ?? [];
      expect(expected.length).toBe(lab.predictions.length);
      for (const [at, one] of lab.predictions.entries()) {
        const answer = one.choices[(await oracle.answer(one, context.signal)).choice];
        if (expected[at] !== undefined) expect(answer, one.question).toBe(expected[at]);
      }
    } finally {
      await oracle.close();
    }
  });
});
