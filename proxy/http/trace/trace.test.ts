import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServerProgram } from '../../testing/server-program.ts';
import { until } from '../../testing/until.ts';
import type { RequestTrace, TraceStep } from './trace.ts';

const HTTP = `
  limit_req_zone $binary_remote_addr zone=slow:1m rate=1r/m;
  upstream films {
    server 127.0.0.1:1;
    server 127.0.0.1:APP;
  }
  server {
    listen 127.0.0.1:PORT;
    server_name b.test;
    return 204;
  }
  server {
    listen 127.0.0.1:PORT default_server;
    server_name ~^films\\. *.a.test a.test;
    root FOLDER;
    add_header X-Site films;
    error_page 404 /missing.html;
    location / { proxy_pass http://films; proxy_set_header X-Path $uri; }
    location /poster/ {
      location ~ \\.png$ { return 200 png; }
    }
    location /poster/big/ { deny 127.0.0.9; allow 127.0.0.1; deny all; }
    location ^~ /raw/ { }
    location ~ \\.gif$ { return 403; }
    location = /missing.html { internal; }
    location /old/ { rewrite ^/old/(.*)$ /poster/$1 last; }
    location /either/ { try_files $uri /nothing$uri @app; }
    location @app { proxy_pass http://127.0.0.1:APP; }
    location /if/ {
      set $kind "a kind";
      if ($arg_x = 1) { return 301 /there; }
      if ($arg_x = 2) { return 410; }
      return 302 /elsewhere;
    }
    location /once { limit_req zone=slow; proxy_pass http://films; }
    location /small { client_max_body_size 5; proxy_pass http://films; }
    location /folder/ { index no.html index.html; }
    location /asks/ { auth_request /may; proxy_pass http://films; }
    location = /may { internal; return 200; }
  }`;

describe('a trace tells how a request was treated', () => {
  let application: Server;
  let server: ServerProgram;
  let file: string;
  beforeAll(async () => {
    application = createServer((_, response) => response.end('a film'));
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const { port } = application.address() as AddressInfo;
    server = await ServerProgram.start('reference', HTTP.replaceAll('APP', String(port)), ['--trace', 'FOLDER/trace']);
    file = path.join(server.folder, 'trace');
    for (const folder of ['poster/big', 'raw', 'folder'])
      mkdirSync(path.join(server.folder, folder), { recursive: true });
    for (const name of ['missing.html', 'poster/a.jpg', 'poster/big/b.jpg', 'folder/index.html'])
      writeFileSync(path.join(server.folder, name), name);
  });
  afterAll(async () => {
    await server?.stop();
    application?.close();
  });

  async function ask(target: string, headers = ''): Promise<RequestTrace> {
    const before = lines().length;
    await server.get(target, `Connection: close\r\n${headers}`);
    await until(
      'the trace',
      () => lines().length > before,
      () => server.stderr,
    );
    return JSON.parse(lines()[before]!) as RequestTrace;
  }

  const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []);
  /** What a step says, with the directive and its line within HTTP. */
  const story = ({ steps }: RequestTrace, kind: TraceStep['step']): string[] =>
    steps
      .filter(({ step }) => step === kind)
      .map(({ says, directive, at }) => {
        const place = directive === undefined ? '' : ` | ${directive}`;
        if (at !== undefined) {
          const line = readFileSync(at.file, 'utf8').split('\n')[at.line - 1];
          expect(line).toContain(directive!.split(' ')[0]);
        }
        return (says + place).replaceAll(server.folder, 'FOLDER').replaceAll(String(server.port), 'PORT');
      });

  test('by which name a server has it', async () => {
    expect(story(await ask('/poster/a.jpg'), 'server')).toEqual([
      'a.test is one of its names | server_name ~^films\\. *.a.test a.test',
    ]);
  });

  test('the candidates, and why the others are not it', async () => {
    const { steps } = await ask('/poster/big/b.jpg');
    const found = steps.find(({ step }) => step === 'location')!;
    expect(found).toMatchObject({ by: 'prefix', directive: 'location /poster/big/', uri: '/poster/big/b.jpg' });
    expect(found.candidates).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ directive: 'location /', says: 'begins like the path, but another is longer' }),
        expect.objectContaining({ directive: 'location /poster/big/', chosen: true }),
        expect.objectContaining({ directive: 'location ~ \\.gif$', says: 'its regular expression does not match' }),
        expect.objectContaining({ directive: 'location = /may', says: 'says another path' }),
      ]),
    );
    const chosen = (found.candidates as { chosen: boolean }[]).filter((one) => one.chosen);
    expect(chosen).toHaveLength(1);
  });

  test.each([
    ['/missing.html', 'it says exactly /missing.html'],
    ['/x.gif', 'it is the first regular expression that matches /x.gif'],
    ['/poster/x.png', 'it is the first regular expression that matches /poster/x.png'],
    ['/raw/x.gif', 'it is the longest prefix of /raw/x.gif, and ^~ keeps regular expressions out'],
    ['/films', 'it is the longest prefix of /films, and no regular expression matches'],
  ])('why %s is where it is', async (target, says) => {
    expect(story(await ask(target), 'location')[0]).toContain(says);
  });

  test('what rewrites do', async () => {
    expect(story(await ask('/old/a.jpg?q'), 'rewrite')).toEqual([
      '/old/a.jpg becomes /poster/a.jpg?q | rewrite ^/old/(.*)$ /poster/$1 last',
    ]);
    expect(story(await ask('/if/?x=2'), 'rewrite')).toEqual([
      expect.stringContaining('$kind is now "a kind"'),
      expect.stringContaining('the condition does not hold'),
      expect.stringContaining('the condition holds'),
      'answers 410 | return 410',
    ]);
  });

  test('which rule lets it in, and which limit keeps it out', async () => {
    expect(story(await ask('/poster/big/b.jpg'), 'phase')).toEqual(['access allows 127.0.0.1 | allow 127.0.0.1']);
    expect(story(await ask('/once'), 'phase')).toEqual(['limit_req lets it pass | limit_req zone=slow']);
    const again = await ask('/once');
    expect(story(again, 'phase')).toEqual(['limit_req answers 503 | limit_req zone=slow']);
    expect(story(again, 'log')[0]).toContain('limiting requests, excess: ');
    const large = await ask('/small', 'Content-Length: 6\r\n');
    expect(story(large, 'phase')).toEqual([
      'the body is larger than client_max_body_size allows: 413 | client_max_body_size 5',
    ]);
  });

  test('which file, and the page in its place', async () => {
    const found = await ask('/poster/a.jpg');
    expect(story(found, 'file')).toEqual(['the file is FOLDER/poster/a.jpg | root FOLDER']);
    expect(story(found, 'header')).toEqual(['X-Site: films | add_header X-Site films']);
    const missing = await ask('/poster/none.jpg');
    expect(missing.status).toBe(404);
    expect(story(missing, 'log')[0]).toContain('failed (2: No such file or directory)');
    expect(story(missing, 'error page')).toEqual(['404 is answered with /missing.html | error_page 404 /missing.html']);
    expect(story(missing, 'file').at(-1)).toContain('FOLDER/missing.html');
    expect(story(await ask('/folder/'), 'file').slice(0, 2)).toEqual([
      'FOLDER/folder/no.html is not there | index no.html index.html',
      'FOLDER/folder/index.html is there | index no.html index.html',
    ]);
  });

  test('what try_files tries, and where it ends', async () => {
    const trace = await ask('/either/x');
    expect(story(trace, 'file')).toHaveLength(2);
    expect(story(trace, 'location').at(-1)).toBe('goes on in the named location @app | location @app');
  });

  test('who is asked, with what, and what each answered', async () => {
    const { steps } = await ask('/films?q=1');
    const [sent] = steps.filter(({ step }) => step === 'upstream');
    expect(sent).toMatchObject({ upstream: 'films', uri: '/films?q=1', directive: 'proxy_pass http://films' });
    expect(sent!.request).toEqual(expect.arrayContaining(['GET /films?q=1 HTTP/1.0', 'X-Path: /films']));
    const attempts = sent!.attempts as { status: number; directive: string }[];
    expect(attempts.at(-1)).toMatchObject({ status: 200, directive: expect.stringContaining('server 127.0.0.1:') });
  });

  test('what the server asks of itself', async () => {
    const { steps } = await ask('/asks/x');
    const [asked] = steps.filter(({ step }) => step === 'subrequest');
    expect(asked).toMatchObject({ uri: '/may' });
    expect((asked!.steps as TraceStep[]).map(({ step }) => step)).toEqual(['location', 'rewrite', 'answer']);
    expect(steps.at(-1)).toMatchObject({ step: 'answer', status: 200 });
  });
});
