import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Family, PASS, upstream } from '../family.ts';
import { cpuTime, type Measured, type Target } from '../measure.ts';

const run = promisify(execFile);
const CLIENTS = 20;
/** Requests per second of each. */
const RATE = 50;

/** How long the slowest of a hundred requests takes, at a rate that is no trouble. */
export const latency: Family = {
  http: (site) => `
    ${upstream(site)}
    server {
      listen 127.0.0.1:${site.port('main')};
      access_log off; open_file_cache max=100;
      location / { ${PASS} }
      location ~ \\.bin$ { root ${site.html}; }
    }`,
  rows: [
    {
      name: 'p99 at 1,000/s, forward 1 KB',
      unit: 'ms',
      rivals: ['nginx', 'http-proxy-3', '@fastify/http-proxy'],
      measure: (target, seconds) => slowest(target, '/1k.txt', seconds),
      goals: [{ beside: 'nginx', what: 'ratio', atMost: 1.5 }],
    },
    {
      name: 'p99 at 1,000/s, static 1 KB',
      unit: 'ms',
      rivals: ['nginx'],
      measure: (target, seconds) => slowest(target, '/1k.bin', seconds),
      goals: [{ beside: 'nginx', what: 'ratio', atMost: 1.5 }],
    },
  ],
};

/** The 99th percentile of the times of h2load's own log. */
async function slowest(target: Target, uri: string, seconds: number): Promise<Measured> {
  const log = path.join(tmpdir(), `proxy-bench-latency-${process.pid}`);
  const before = cpuTime(target.pid);
  const load = ['--h1', `-c${CLIENTS}`, `--rps=${RATE}`, `-n${CLIENTS * RATE * seconds}`, `--log-file=${log}`];
  await run('h2load', [...load, `http://127.0.0.1:${target.port('main')}${uri}`]);
  const used = cpuTime(target.pid) - before;
  const lines = readFileSync(log, 'latin1').trim().split('\n');
  rmSync(log);
  const times = lines.map((line) => line.split('\t') as [string, string, string]);
  if (times.some(([, status]) => status !== '200')) throw new Error(`${uri}: not every answer was 200`);
  const sorted = times.map(([, , microseconds]) => Number(microseconds)).sort((a, b) => a - b);
  return { value: sorted[Math.floor(sorted.length * 0.99)]! / 1000, cpu: used / sorted.length };
}
