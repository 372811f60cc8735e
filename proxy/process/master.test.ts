import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../testing/free-port.ts';
import { until as untilAnywhere, within } from '../testing/until.ts';

const program = path.join(import.meta.dirname, '../nginx.mjs');
let folder: string;
let port: number;
let master: ChildProcess | undefined;
let said: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'master-'));
  said = '';
  port = await freePort();
});

afterEach(async () => {
  if (master?.exitCode === null && master.signalCode === null) {
    master.kill('SIGTERM');
    await ended();
  }
  rmSync(folder, { recursive: true });
});

/** Writes the configuration; `inside` is the location's. */
function configure(inside: string, user = process.getuid?.() === 0 ? 'user root;' : ''): void {
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `worker_processes 2; pid ${folder}/nginx.pid; error_log ${folder}/error.log notice; ${user}
     events {} http { access_log off; server { listen 127.0.0.1:${port}; location = /nothing { root ${folder}; } location / { ${inside} } } }`,
  );
}

const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<void> =>
  untilAnywhere(what, holds, () => `${said}\n${log()}`);

/** The exit code of the master, once it has ended and said all that it has to say. */
const ended = async (): Promise<number | null> =>
  (await within('the end of the master', once(master!, 'close'), log))[0];

function start(): void {
  master = spawn(process.execPath, [program, '-c', path.join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  master.stderr!.on('data', (piece: Buffer) => {
    said += piece;
  });
}

async function serving(): Promise<void> {
  start();
  await until('the pid file is there', () => existsSync(path.join(folder, 'nginx.pid')));
}

const log = (): string =>
  existsSync(path.join(folder, 'error.log')) ? readFileSync(path.join(folder, 'error.log'), 'utf8') : '';

/** Body and status over a connection of its own. Rejects when the connection breaks. */
function get(uri = '/'): Promise<{ status: number; body: string }> {
  const whole = new Promise<{ status: number; body: string }>((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: uri, agent: false };
    request(options, (response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
  return within(`the answer to ${uri}`, whole, log);
}

/** The processes that answer, once `count` of them do. */
async function workers(count: number): Promise<Set<string>> {
  const seen = new Set<string>();
  await until(`${count} workers answer`, async () => {
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => get()));
    for (const answer of answers) if (answer.status === 'fulfilled') seen.add(answer.value.body);
    return seen.size >= count;
  });
  return seen;
}

const running = (pid: string | number): boolean => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
};

const statusOf = (pid: string): string => readFileSync(`/proc/${pid}/status`, 'utf8');

describe('a master and its workers', () => {
  test('two workers answer, neither of which is the master; the pid file names the master', async () => {
    configure('return 200 $pid;');
    await serving();
    const seen = await workers(2);
    expect(readFileSync(path.join(folder, 'nginx.pid'), 'utf8')).toBe(`${master!.pid}\n`);
    expect(seen).not.toContain(String(master!.pid));
    expect(log()).toMatch(/\[notice\] \d+#\d+: start worker process \d+/);
  });

  test('a worker that is killed is replaced, and the other goes on', async () => {
    configure('return 200 $pid;');
    await serving();
    const [victim] = await workers(2);
    process.kill(Number(victim), 'SIGKILL');
    await until('the killed worker is gone', () => !running(victim!));
    const now = await workers(2);
    expect(now).not.toContain(victim);
    expect(log()).toContain(`worker process ${victim} exited on signal 9`);
  });

  test('a worker killed after its file was broken comes back with the configuration at work', async () => {
    configure('return 200 $pid;');
    await serving();
    const [victim] = await workers(2);
    configure('no_such_thing on;');
    process.kill(Number(victim), 'SIGKILL');
    await until('the killed worker is gone', () => !running(victim!));
    expect(await workers(2)).not.toContain(victim);
  });

  test('a reload brings new workers, the old ones finish, and no request of those that come without pause is lost', async () => {
    configure('return 200 "old $pid";');
    await serving();
    const old = await workers(2);
    let stop = false;
    const bodies: string[] = [];
    const clients = Array.from({ length: 6 }, async () => {
      while (!stop) bodies.push((await get()).body);
    });
    configure('return 200 "new $pid";');
    master!.kill('SIGHUP');
    await until('the old workers are gone', () => [...old].every((body) => !running(body.slice(4))));
    await until('the new configuration answers', async () => (await get()).body.startsWith('new '));
    stop = true;
    await Promise.all(clients);
    expect(bodies.length).toBeGreaterThan(0);
    expect(bodies.filter((body) => !/^(old|new) \d+$/.test(body))).toEqual([]);
    expect(log()).toContain('gracefully shutting down');
  });

  test('after a reload that leaves fewer workers nobody waits at a socket of one that is gone', async () => {
    const reuseport = (workers: number): void => {
      configure('return 200 $pid;');
      const file = path.join(folder, 'nginx.conf');
      const text = readFileSync(file, 'utf8')
        .replace('worker_processes 2', `worker_processes ${workers}`)
        .replace(`:${port}`, `:${port} reuseport`);
      writeFileSync(file, text);
    };
    reuseport(4);
    await serving();
    const old = await workers(4);
    reuseport(1);
    master!.kill('SIGHUP');
    await until('the old workers are gone', () => ![...old].some(running));
    const answers = await Promise.all(Array.from({ length: 32 }, () => get()));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test('a reload of a broken configuration changes nothing', async () => {
    configure('return 200 $pid;');
    await serving();
    const before = await workers(2);
    configure('no_such_thing on;');
    master!.kill('SIGHUP');
    await until('the error is logged', () => log().includes('unknown directive "no_such_thing"'));
    expect(await workers(2)).toEqual(before);
  });

  test('a reload onto an address that is taken changes nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    configure('return 200 $pid;');
    await serving();
    const before = await workers(2);
    configure(
      `return 200 $pid; } } server { listen 127.0.0.1:${(taken.address() as { port: number }).port}; location / {`,
    );
    master!.kill('SIGHUP');
    await until('the error is logged', () => /\[emerg\].*bind\(\) to 127\.0\.0\.1:\d+ failed \(98/.test(log()));
    expect(await workers(2)).toEqual(before);
    taken.close();
  });

  test.for(['SIGTERM', 'SIGQUIT', 'SIGINT'] as const)('%s ends all of them', async (signal) => {
    configure('return 200 $pid;');
    await serving();
    const seen = await workers(2);
    master!.kill(signal);
    expect(await ended()).toBe(0);
    expect([...seen].filter(running)).toEqual([]);
    expect(existsSync(path.join(folder, 'nginx.pid'))).toBe(false);
  });

  test.for(['SIGTERM', 'SIGQUIT'] as const)('%s in the middle of a reload ends the new workers too', async (signal) => {
    configure('return 200 $pid;');
    await serving();
    await workers(2);
    master!.kill('SIGHUP');
    await until('the new workers are being started', () => (log().match(/start worker process \d/g) ?? []).length >= 4);
    master!.kill(signal);
    expect(await ended()).toBe(0);
    const started = [...log().matchAll(/start worker process (\d+)/g)].map(([, pid]) => pid!);
    expect(started.filter(running)).toEqual([]);
    expect(started).toHaveLength(4);
    expect(log()).not.toContain('[emerg]');
    await expect(get()).rejects.toThrow('ECONNREFUSED');
  });

  test('SIGWINCH in the foreground is what a terminal sends, and changes nothing', async () => {
    configure('return 200 $pid;');
    await serving();
    const seen = await workers(2);
    master!.kill('SIGWINCH');
    master!.kill('SIGUSR1');
    await until('the next signal has come', () => log().includes('reopening logs'));
    expect(await workers(2)).toEqual(seen);
    expect(log()).not.toContain('gracefully shutting down');
  });

  test('the workers of a killed master end too', async () => {
    configure('return 200 $pid;');
    await serving();
    const seen = await workers(2);
    master!.kill('SIGKILL');
    await until('the workers are gone', () => ![...seen].some(running));
  });

  test.skipIf(process.getuid?.() !== 0)(
    "root's workers have given up root's rights, and log on after USR1",
    async () => {
      chmodSync(folder, 0o755);
      configure('return 200 $pid;', 'user www-data;');
      await serving();
      for (const worker of await workers(2)) expect(statusOf(worker)).toMatch(/^Uid:\s33\s33\s33\s33$/m);
      renameSync(path.join(folder, 'error.log'), path.join(folder, 'error.old'));
      master!.kill('SIGUSR1');
      await until('a new log is there', () => existsSync(path.join(folder, 'error.log')));
      await until('the workers write to it', async () => {
        await get('/nothing');
        return log().includes('open()');
      });
    },
  );

  test('an address that is taken is said once, in the words of nginx, and nothing is left', async () => {
    const taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    configure('return 200 $pid;');
    start();
    expect(await ended()).toBe(1);
    expect(said).toBe(
      `nginx: [emerg] bind() to 127.0.0.1:${port} failed (98: Address already in use)\nnginx: [emerg] still could not bind()\n`,
    );
    taken.close();
  });
});
