import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { failuresOf, grade } from '../testing/grading.ts';
import lab from './lab.ts';

/** Both instances rest so long after a failure; on the reference proxy that time is skipped, not waited for. */
test.for([
  ['10s', []],
  ['13s', []],
  ['17s', ['lab3.returns']],
  ['17s max_fails=100', []],
] as const)('fail_timeout=%s', async ([rest, fails], { onTestFinished }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'returns-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'default.conf');
  writeFileSync(
    file,
    `upstream catalogs { server 127.0.0.1:8081 fail_timeout=${rest}; server 127.0.0.1:8082 fail_timeout=${rest}; keepalive 4; }
     server { listen 80; location / { proxy_pass http://catalogs; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
  );
  const result = await grade(lab, 'lab3-upstream', { kind: 'configuration', path: file, engine: 'reference' });
  expect(failuresOf(result)).toEqual(fails);
});
