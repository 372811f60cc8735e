import { expect, test } from 'vitest';
import type { TraceStep } from '../trace.ts';
import { traceText } from './trace.ts';

const at = (line: number) => ({ file: 'a-file-with-a-long-name.conf', line });
const steps: readonly TraceStep[] = [
  {
    step: 'server',
    says: 'catalog.test is one of its names',
    directive: 'server_name catalog.test',
    at: at(3),
    candidates: [],
  },
  {
    step: 'location',
    says: 'it is the longest prefix of /poster/x.jpg',
    directive: 'location /poster/',
    at: at(9),
    candidates: [
      { directive: 'location /', at: at(5), chosen: false, says: 'begins like the path, but another is longer' },
      { directive: 'location /poster/', at: at(9), chosen: true, says: 'the longest prefix of the path' },
    ],
  },
  { step: 'log', says: 'open() "/x\u001b[31m" failed' },
  { step: 'answer', says: '404', status: 404, bytes: 153 },
];

test('each step has its name, its sentence, and the line it comes from', () => {
  expect(traceText({ steps })).toBe(`  server     catalog.test is one of its names
             server_name catalog.test           a-file-with-a-long-name.conf:3

  location   it is the longest prefix of /poster/x.jpg
             · location /                       a-file-with-a-long-name.conf:5
                 begins like the path, but another is longer
             ✓ location /poster/                a-file-with-a-long-name.conf:9

  error log  open() "/x\\x1b[31m" failed

  answer     404, 153 bytes of body
`);
});

test('a directive with a line break in its words stays one line', () => {
  const refusal = {
    step: 'phase',
    phase: 'rewrite',
    says: 'answers 503',
    directive: 'return 503 "no\n"',
    at: at(13),
  } as const;
  expect(traceText({ steps: [refusal] })).toContain('return 503 "no\\n"  ');
});

test('a narrow window breaks sentences, and puts places below', () => {
  const lines = traceText({ steps }, { width: 44 }).split('\n');
  expect(lines.filter((line) => line.length > 44)).toEqual([]);
  expect(lines).toContain('            a-file-with-a-long-name.conf:3');
});

test('in brief the candidates are left out', () => {
  expect(traceText({ steps }, { brief: true })).not.toContain('another is longer');
});
