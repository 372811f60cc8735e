import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';

test('no port is found twice, however many are sought at the same moment', async () => {
  const ports = await Promise.all(Array.from({ length: 100 }, () => freePort()));
  expect(new Set(ports).size).toBe(100);
});

test('a port that was found can be bound, and another grader that begins its search there finds others', async () => {
  const port = await freePort();
  const blocks = (28_000 - 10_000) / 16;
  const block = Math.floor((port - 10_000) / 16);
  const script = `
    const chances = [${(block + 0.5) / blocks}];
    Math.random = () => chances.shift() ?? ${block < 500 ? 0.9 : 0.1};
    const { freePort } = await import('./ports.ts');
    console.log([await freePort(), await freePort()].join());`;
  const found = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  const theirs = found.split(',').map((one) => Math.floor((Number(one) - 10_000) / 16));
  expect(theirs).not.toContain(block);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.close();
});
