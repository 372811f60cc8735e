import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PATIENCE } from '../../proxy/testing/until.ts';
import { eventually } from '../probe/timing.ts';
import { labFor, Targets } from '../testing/targets.ts';

const forwarder = `
  const http = require('node:http');
  const [host, port] = process.env.CATALOG.split(':');
  http.createServer((request, response) => {
    const on = http.request({ host, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    on.on('error', () => response.writeHead(502).end());
    request.pipe(on);
  }).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('a program of the student’s own', () => {
  test('gets the world in its environment', async () => {
    await using targets = new Targets();
    const folder = targets.write({ 'proxy.cjs': forwarder });
    const target = await targets.open({ kind: 'program', file: path.join(folder, 'proxy.cjs') });
    expect(target.startup.ok).toBe(true);
    expect((await target.client.get('/')).text).toContain(target.world.application('catalog').token);
    await target.world.restartServer();
    expect((await target.client.get('/status')).text).toBe('OK');
  });

  test('may be any command of a shell', async () => {
    await using targets = new Targets();
    const folder = targets.write({ 'proxy.cjs': forwarder });
    const target = await targets.open({ kind: 'command', command: `cd '${folder}' && node proxy.cjs` });
    expect((await target.client.get('/status')).text).toBe('OK');
  });

  test('that ends early is shown with its last words', async () => {
    await using targets = new Targets();
    const folder = targets.write({ 'proxy.cjs': 'console.error("no such thing"); process.exit(3);' });
    const { startup } = await targets.open({ kind: 'program', file: path.join(folder, 'proxy.cjs') });
    expect(startup.ok).toBe(false);
    expect(startup.messages[0]?.text).toContain('exit code 3 before it listened. It said:\nno such thing');
  });
});

test('what a program leaves in its folders is removed, whatever it did to them', async () => {
  await using targets = new Targets();
  const folder = targets.write({
    'proxy.cjs': `const { chmodSync, mkdirSync } = require('node:fs');
      process.chdir(process.env.LOG_DIR);
      mkdirSync('closed/in', { recursive: true });
      chmodSync('closed', 0);
      for (let i = 0; i < 60; i++) {
        mkdirSync('d'.repeat(200));
        process.chdir('d'.repeat(200));
      }
      console.log('so deep');`,
  });
  const sandboxes = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`workbook-${process.pid}-`));
  const before = sandboxes();
  const target = await targets.open({ kind: 'program', file: path.join(folder, 'proxy.cjs') });
  expect(target.startup.messages[0]?.text).toContain('It said:\nso deep');
  expect(sandboxes().length).toBeGreaterThan(before.length);
  await target.close();
  expect(sandboxes()).toEqual(before);
});

describe('a live server', () => {
  test('is probed at its address, and what cannot be seen is said', async () => {
    await using targets = new Targets();
    const lab = labFor();
    const folder = targets.write({
      'proxy.cjs': forwarder.replace(
        "'127.0.0.1')",
        "'127.0.0.1', function () { console.log('at ' + this.address().port); })",
      ),
    });
    const own = await targets.open({ kind: 'program', file: path.join(folder, 'proxy.cjs') }, lab);
    const said = () => own.errorLog().then((lines) => /at (\d+)/.exec(lines.join())?.[1]);
    const port = await eventually(said, (found) => found !== undefined, PATIENCE, new AbortController().signal);
    expect(port).toBeDefined();
    const live = await targets.open({ kind: 'live', url: `http://127.0.0.1:${port}` }, lab);
    expect(live.startup.ok).toBe(true);
    const answer = await live.client.get('/status');
    expect(answer.text).toBe('OK');
    expect(answer.request.curl).toBe(`curl -i http://127.0.0.1:${port}/status`);
    expect(live.world.has('applications')).toBe(false);
  });

  test('that nobody runs is reported', async () => {
    await using targets = new Targets();
    const live = await targets.open({ kind: 'live', url: 'http://127.0.0.1:1' });
    expect(live.startup.ok).toBe(false);
    expect(live.startup.messages[0]?.text).toContain('connection refused');
  });

  test('needs an address that is one', async () => {
    await using targets = new Targets();
    await expect(targets.open({ kind: 'live', url: 'ftp://x' })).rejects.toThrow('is no address of a web server');
  });
});
