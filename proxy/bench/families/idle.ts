import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Family } from '../family.ts';
import { type Measured, memory, type Target } from '../measure.ts';

const CONNECTIONS = 5000;

/** Connections that have had one answer each, and wait. */
export const idle: Family = {
  http: (site) => `
    access_log off; keepalive_timeout 300s;
    server { listen 127.0.0.1:${site.port('main')} backlog=4096; root ${site.html}; }
    server {
      listen 127.0.0.1:${site.port('secure')} ssl backlog=4096; root ${site.html};
      ssl_certificate ${site.pair('ec').certificate}; ssl_certificate_key ${site.pair('ec').key};
    }`,
  rows: [
    {
      name: '5,000 idle connections',
      unit: 'MB',
      rivals: ['nginx'],
      start: 'cold',
      measure: (target) => withConnections(target, 'http', 'main'),
      goals: [{ what: 'value', atMost: 100 }],
    },
    {
      name: '5,000 idle connections, TLS',
      unit: 'MB',
      rivals: ['nginx'],
      start: 'cold',
      measure: (target) => withConnections(target, 'https', 'secure'),
      goals: [{ what: 'value', atMost: 320 }],
    },
  ],
};

/** The server's memory while a process of its own holds the connections. */
async function withConnections(target: Target, scheme: string, port: string): Promise<Measured> {
  const program = path.join(import.meta.dirname, '../hold-connections.ts');
  const words = [program, scheme, String(target.port(port)), String(CONNECTIONS)];
  const holder: ChildProcess = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(holder, 'exit');
  try {
    const ready = await Promise.race([once(holder.stdout!, 'data'), ended.then(() => undefined)]);
    if (ready === undefined) throw new Error('the connections could not be opened');
    return { value: memory(target.pid) };
  } finally {
    holder.kill();
    await ended;
  }
}
