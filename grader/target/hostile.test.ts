import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import lab2 from '../../labs/lab2-proxy-pass/lab.ts';
import type { LabResult } from '../result.ts';
import { checkLab } from '../run/index.ts';
import { labFor, Targets } from '../testing/targets.ts';
import { openTarget } from './index.ts';

/** The first objective of lab 2, which the others wait for, against a program that answers each connection with `serve`. */
async function gradeHostile(serve: string): Promise<LabResult> {
  await using targets = new Targets();
  const folder = targets.write({
    'server.cjs': `require('node:net').createServer((socket) => {
      socket.on('error', () => {});
      const write = (text) => { while (!socket.destroyed && socket.write(text)); socket.once('drain', () => write(text)); };
      ${serve}
    }).listen(Number(process.env.PORT), '127.0.0.1');`,
  });
  const spec = { kind: 'program', file: path.join(folder, 'server.cjs') } as const;
  const facts = { kind: 'program', location: 'server.cjs' } as const;
  return await checkLab(lab2, (signal) => openTarget(spec, lab2, 1, signal), { folder: 'lab2', seed: 1, facts });
}

describe('a server that means no good fails with the reason', () => {
  test.for([
    ['never answers', '', /no answer within 5 s|no answer/],
    ['closes at once', 'socket.destroy();', /closed|reset/],
    [
      'closes within the head',
      "socket.once('data', () => socket.end('HTTP/1.1 200 OK\\r\\nContent-'));",
      /before the answer was complete/,
    ],
    [
      'sends a head without end',
      "socket.write('HTTP/1.1 200 OK\\r\\n'); write('X: ' + 'y'.repeat(9999) + '\\r\\n');",
      /headers larger than 64 KiB/,
    ],
    [
      'sends one header line without end',
      "socket.write('HTTP/1.1 200 OK\\r\\nX: '); write('y'.repeat(9999));",
      /headers larger than 64 KiB/,
    ],
    [
      'sends a body without end',
      "socket.write('HTTP/1.1 200 OK\\r\\n\\r\\n'); write('y'.repeat(99999));",
      /body larger than 16 MiB/,
    ],
    ['says 100 without end', "write('HTTP/1.1 100 Continue\\r\\n\\r\\n'.repeat(99));", /more than 100 interim answers/],
    [
      'extends a chunk without end',
      "socket.write('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1;x='); write('y'.repeat(9999));",
      /an endless line/,
    ],
    [
      'sends trailers without end',
      "socket.write('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n'); write('X: ' + 'y'.repeat(999) + '\\r\\n');",
      /trailers larger than 64 KiB/,
    ],
    [
      'drips',
      "socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 9999\\r\\n\\r\\n'); setInterval(() => socket.write('x'), 20).unref();",
      /not complete within 5 s/,
    ],
    ['sends bytes of chance', "socket.write(require('node:crypto').randomBytes(99999));", /malformed/],
    [
      'redirects in a circle',
      "socket.once('data', () => socket.end('HTTP/1.1 302 Found\\r\\nLocation: /\\r\\nContent-Length: 0\\r\\n\\r\\n'));",
      /status 302 with `Location: \/`/,
    ],
  ] as const)('%s', async ([, serve, reason]) => {
    const before = process.memoryUsage().rss;
    const result = await gradeHostile(serve);
    expect(result.outcome).toBe('failed');
    const [first, ...others] = result.objectives;
    expect(first).toMatchObject({ outcome: 'failed', received: expect.stringMatching(reason) });
    for (const { outcome } of others) expect(outcome).toBe('skipped');
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });
});

test('large answers to many requests are kept within bounds', async () => {
  await using targets = new Targets();
  const folder = targets.write({
    'server.cjs': `const body = Buffer.alloc(12 << 20, 'x');
      require('node:http').createServer((_, answer) => answer.end(body)).listen(Number(process.env.PORT), '127.0.0.1');`,
  });
  const target = await targets.open({ kind: 'program', file: path.join(folder, 'server.cjs') });
  const answers = await target.client.burst(
    Array.from({ length: 24 }, (_, i) => `/${i}`),
    { parallel: 2, timeLimit: 60_000 },
  );
  expect(answers.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(64 << 20);
  expect(answers.at(-1)?.failure).toBe('the answers together are larger than 64 MiB');
});

describe('a program that misbehaves as a process', () => {
  const listens =
    "require('node:http').createServer((_, answer) => answer.end('here')).listen(Number(process.env.PORT), '127.0.0.1');";

  /** Ids of processes that have the folder of a test in their command line. */
  const processesOf = (folder: string) =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(folder);
      } catch {
        return false;
      }
    });

  test.for([
    ['ignores SIGTERM', `process.on('SIGTERM', () => {}); ${listens}`, true, undefined],
    [
      'floods its output',
      `setInterval(() => { for (let i = 0; i < 99; i++) console.log('x'.repeat(9999)); }, 1); ${listens}`,
      true,
      undefined,
    ],
    ['is slow to start', `setTimeout(() => { ${listens} }, 1500);`, true, undefined],
    ['exits at once', 'process.exit(7);', false, 'ended with exit code 7 before it listened'],
    [
      'leaves a daemon and exits',
      `if (process.argv[2]) { ${listens} } else require('node:child_process').spawn(process.execPath, [__filename, 'daemon'], { detached: true, stdio: 'ignore' }).unref();`,
      false,
      'a server has to stay in the foreground',
    ],
    [
      'serves and leaves a daemon',
      `if (process.argv[2]) setInterval(() => {}, 1000); else { require('node:child_process').spawn(process.execPath, [__filename, 'daemon'], { detached: true, stdio: 'ignore' }).unref(); ${listens} }`,
      true,
      undefined,
    ],
  ] as const)('%s: nothing of it is left', { skip: process.platform !== 'linux' }, async ([, code, starts, said]) => {
    await using targets = new Targets();
    const folder = targets.write({ 'server.cjs': code });
    const target = await targets.open({ kind: 'program', file: path.join(folder, 'server.cjs') }, labFor());
    expect(target.startup.ok).toBe(starts);
    if (said !== undefined) expect(target.startup.messages[0]?.text).toContain(said);
    if (starts) expect((await target.client.get('/')).text).toBe('here');
    expect(await target.world.listFiles('html')).toContain('index.html');
    await target.close();
    await expect.poll(() => processesOf(folder)).toEqual([]);
    // Its sandbox is gone, too.
    await expect(target.world.listFiles('html')).rejects.toThrow('ENOENT');
  });
});
