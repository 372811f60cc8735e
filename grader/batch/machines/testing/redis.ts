import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../target/ports.ts';
import { parseAddress, type QueueAddress } from '../address.ts';
import { knock } from '../jobs.ts';

/** A Redis on a port and a folder of its own, with a password: `await using redis = await startRedis()`. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly password: string;
  readonly address: QueueAddress;
}

/** Whether redis-server is installed. */
export function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'workbook-redis-'));
  const [port, password] = [await freePort(), 'open:sesame/7'];
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--requirepass', password];
  const server = spawn('redis-server', [...words, '--save', '', '--daemonize', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  const address = parseAddress(url);
  await ready(server);
  await knock(address);
  return {
    url,
    password,
    address,
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until it says so; rejects when it ends instead. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
    server.stdout?.on('data', (bytes: Buffer) => {
      said += bytes;
      if (/Ready to accept connections/.test(said)) resolve();
    });
  });
}
