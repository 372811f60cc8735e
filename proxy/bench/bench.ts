/**
 * Requests per second and CPU time per request of the reference proxy, side by side with nginx, http-proxy-3 and
 * @fastify/http-proxy, all in front of the same nginx. Each pair runs right after another, so that a noisy machine
 * disturbs both; the medians of the ratios count. Usage: npm run bench [-- --quick]. Needs nginx, wrk and /proc (Linux).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const quick = process.argv.includes('--quick');
const pairs = quick ? 1 : 5;
const seconds = quick ? 2 : 4;
const folder = mkdtempSync(path.join(tmpdir(), 'proxy-bench-'));
const here = import.meta.dirname;
const run = promisify(execFile);
const children: ChildProcess[] = [];

interface Measured {
  readonly perSecond: number;
  /** Microseconds. */
  readonly cpu: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function ready(port: number, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
  }
  throw new Error(`nothing listens on ${port}`);
}

async function start(port: number, command: string, ...words: string[]): Promise<ChildProcess> {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  await ready(port, child);
  return child;
}

/** User and system time of a process so far, in microseconds; the kernel counts in hundredths of a second. */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function nginxFile(name: string, http: string): string {
  const file = path.join(folder, `${name}.conf`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths =
    name === 'ours' ? '' : temporary.map((kind) => `${kind}_temp_path ${folder}/${name}-${kind};`).join(' ');
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1; pid ${folder}/${name}.pid; error_log ${folder}/${name}.log;
     events { worker_connections 1024; } http { access_log off; keepalive_requests 100000000; ${paths} ${http} }`,
  );
  return file;
}

const proxying = (port: number, backend: number): string => `
  upstream backend { server 127.0.0.1:${backend}; keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    open_file_cache max=100; root ${folder}/html;
    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location ~ \\.bin$ { sendfile on; }
  }`;

async function measure(port: number, uri: string, pid: number): Promise<Measured> {
  const before = cpuTime(pid);
  const { stdout } = await run('wrk', ['-t1', '-c64', `-d${seconds}s`, `http://127.0.0.1:${port}${uri}`]);
  const used = cpuTime(pid) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout);
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), cpu: used / requests };
}

interface Contender {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

async function compare(title: string, uri: string, ours: Contender, others: readonly Contender[]): Promise<void> {
  for (const other of others) {
    const ratios: number[] = [];
    const cpuRatios: number[] = [];
    const seen: Measured[][] = [[], []];
    for (let i = 0; i < pairs; i++) {
      const theirs = await measure(other.port, uri, other.pid);
      const own = await measure(ours.port, uri, ours.pid);
      seen[0]!.push(own);
      seen[1]!.push(theirs);
      ratios.push(own.perSecond / theirs.perSecond);
      cpuRatios.push(own.cpu / theirs.cpu);
    }
    const [own, theirs] = seen.map((list) => ({
      perSecond: median(list.map((one) => one.perSecond)).toFixed(0),
      cpu: median(list.map((one) => one.cpu)).toFixed(1),
    }));
    console.log(
      `${title}  ours ${own!.perSecond}/s ${own!.cpu} us  ${other.name} ${theirs!.perSecond}/s ${theirs!.cpu} us  ` +
        `ratio ${median(ratios).toFixed(2)} (CPU ${median(cpuRatios).toFixed(2)})`,
    );
  }
}

async function main(): Promise<void> {
  mkdirSync(path.join(folder, 'html'));
  writeFileSync(path.join(folder, 'html/1k.txt'), 'x'.repeat(1024));
  writeFileSync(path.join(folder, 'html/20k.txt'), 'x'.repeat(20_480));
  writeFileSync(path.join(folder, 'html/20k.bin'), 'x'.repeat(20_480));
  const ports = await Promise.all(Array.from({ length: 5 }, freePort));
  const [backend, theirs, own, proxy3, fastify] = ports as [number, number, number, number, number];
  const nginx = 'nginx';
  await start(
    backend,
    nginx,
    '-c',
    nginxFile('backend', `server { listen 127.0.0.1:${backend}; root ${folder}/html; open_file_cache max=100; }`),
  );
  const a = await start(theirs, nginx, '-c', nginxFile('theirs', proxying(theirs, backend)));
  const b = await start(
    own,
    process.execPath,
    path.join(here, '../nginx.mjs'),
    '-c',
    nginxFile('ours', proxying(own, backend)),
  );
  const c = await start(proxy3, process.execPath, path.join(here, 'http-proxy-3.ts'), String(proxy3), String(backend));
  const d = await start(fastify, process.execPath, path.join(here, 'fastify.ts'), String(fastify), String(backend));
  const ours = { name: 'ours', port: own, pid: b.pid! };
  const real = { name: 'nginx', port: theirs, pid: a.pid! };
  const others = [
    real,
    { name: 'http-proxy-3', port: proxy3, pid: c.pid! },
    { name: '@fastify/http-proxy', port: fastify, pid: d.pid! },
  ];
  for (const { port, pid } of [ours, ...others]) await measure(port, '/1k.txt', pid);
  await compare('forward  1 KB', '/1k.txt', ours, others);
  await compare('forward 20 KB', '/20k.txt', ours, [real]);
  await compare('static  20 KB', '/20k.bin', ours, [real]);
}

try {
  await main();
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))));
  rmSync(folder, { recursive: true, force: true });
}
