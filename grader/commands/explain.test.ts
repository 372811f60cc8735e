import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RequestTrace, TraceStep } from '../trace.ts';

const CONFIGURATION = `upstream catalogs {
  server 127.0.0.1:8080;
}
server {
  listen 80 default_server;
  server_name _;
  return 444;
}
server {
  listen 80;
  server_name catalog.test *.catalog.test;
  location / {
    proxy_pass http://catalogs;
    proxy_set_header Host $host;
  }
  location /poster/ {
    root /usr/share/nginx;
    add_header X-Kept yes;
  }
  location /old/ { rewrite ^/old/(.*)$ /poster/$1 last; }
}
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbook-explain-'));
  writeFileSync(join(folder, 'site.conf'), CONFIGURATION);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function explain(...words: string[]) {
  return execa(
    process.execPath,
    [join(import.meta.dirname, '../workbook.mjs'), 'explain', 'lab4', '--config', 'site.conf', ...words],
    { env: { INIT_CWD: folder, WORKBOOK_WORKSPACE: folder, FORCE_COLOR: '' }, reject: false },
  );
}

async function steps(...words: string[]): Promise<readonly TraceStep[]> {
  const { stdout } = await explain('--json', ...words);
  return (JSON.parse(stdout) as RequestTrace).steps;
}

describe('explain', () => {
  test('says everything in the words of whoever wrote the configuration', async () => {
    const told = await steps('GET', '/old/404.jpg', '-H', 'Host: www.catalog.test');
    expect(told.map(({ step, directive, at }) => [step, directive, at?.file, at?.line].join(' | '))).toEqual([
      'server | server_name catalog.test *.catalog.test | site.conf | 11',
      'location | location /old/ | site.conf | 20',
      'rewrite | rewrite ^/old/(.*)$ /poster/$1 last | site.conf | 20',
      'location | location /poster/ | site.conf | 16',
      'file | root /usr/share/nginx | site.conf | 17',
      'header | add_header X-Kept yes | site.conf | 18',
      'answer |  |  | ',
    ]);
    expect(told[4]?.says).toBe('the file is /usr/share/nginx/poster/404.jpg');
    expect(JSON.stringify(told)).not.toContain(tmpdir());
  });

  test('shows what the application gets, and which one it was', async () => {
    const sent = (await steps('POST', '/updatePopularity', '--body', '7')).find(({ step }) => step === 'upstream');
    expect(sent).toMatchObject({
      directive: 'proxy_pass http://catalogs',
      attempts: [{ address: '127.0.0.1:8080', status: 400, at: { file: 'site.conf', line: 2 } }],
    });
    const lines = ['POST /updatePopularity HTTP/1.0', 'Host: catalog.test', 'Content-Length: 7'];
    expect(sent?.step === 'upstream' && sent.request).toEqual(expect.arrayContaining(lines));
  });

  test('is a text for people, whose lines fit the window', async () => {
    const { stdout, exitCode } = await explain('/poster/404.jpg', '-H', 'Host: nobody.test');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('GET /poster/404.jpg   Host: nobody.test   port 80');
    expect(stdout).toMatch(/return 444 +site\.conf:7/);
    expect(stdout).toContain('the connection is closed without an answer');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).not.toContain('\u001b');
  });

  test.each([
    [['/x', '/y', '/z'], 'One method and one path'],
    [['GET', 'poster'], 'one begins with a slash'],
    [['/x', '-H', 'nonsense'], "is not like 'Name: value'"],
    [['/x', '--body', 'much'], 'not a number of bytes'],
    [['/x', '--https'], 'no server of this configuration took the request on port 443'],
  ])('%j is wrong usage', async (words, said) => {
    const { stderr, stdout, exitCode } = await explain(...words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
    expect(stdout).toBe('');
  });
});
