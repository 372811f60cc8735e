import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../testing/free-port.ts';
import type { Rival, Row } from './rows.ts';

/** A server under measurement: one process, and a port for each site. */
export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly ports: Readonly<Record<Row['site'], number>>;
}

const SITES = ['plain', 'logged', 'uncached'] as const;
const here = import.meta.dirname;

/** The servers that are compared, all in front of the same nginx, each in one process. They end with `stop`. */
export class Contenders {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'proxy-bench-'));
  readonly #children: ChildProcess[] = [];
  #backend = 0;

  /** Starts what is behind. */
  async begin(): Promise<void> {
    const files = path.join(this.#folder, 'html');
    mkdirSync(files);
    for (const type of ['txt', 'bin']) {
      writeFileSync(path.join(files, `1k.${type}`), 'x'.repeat(1024));
      writeFileSync(path.join(files, `20k.${type}`), 'x'.repeat(20_480));
    }
    this.#backend = await freePort();
    const file = this.#file('backend', [
      'access_log off;',
      `server { listen 127.0.0.1:${this.#backend}; root ${files}; open_file_cache max=100; }`,
    ]);
    await this.#start(this.#backend, 'nginx', ['-c', file]);
  }

  /** Ours and nginx read the same file, but for the ports. */
  async ours(): Promise<Contender> {
    const { file, ports } = await this.#sites('ours');
    return {
      name: 'ours',
      ports,
      pid: await this.#start(ports.plain, process.execPath, [at('../nginx.mjs'), '-c', file]),
    };
  }

  async rival(name: Rival): Promise<Contender> {
    if (name === 'nginx') {
      const { file, ports } = await this.#sites('nginx');
      return { name, ports, pid: await this.#start(ports.plain, 'nginx', ['-c', file]) };
    }
    const port = await freePort();
    const program = at(name === 'http-proxy-3' ? 'http-proxy-3.ts' : 'fastify.ts');
    const pid = await this.#start(port, process.execPath, [program, String(port), String(this.#backend)]);
    return { name, pid, ports: { plain: port, logged: port, uncached: port } };
  }

  async #sites(name: string): Promise<{ file: string; ports: Contender['ports'] }> {
    const numbers = await Promise.all(SITES.map(() => freePort()));
    const ports = Object.fromEntries(SITES.map((site, i) => [site, numbers[i]!])) as unknown as Contender['ports'];
    const site = (kind: Row['site']): string => `
      server {
        listen 127.0.0.1:${ports[kind]};
        root ${this.#folder}/html;
        access_log ${kind === 'logged' ? `${this.#folder}/${name}-access.log` : 'off'};
        open_file_cache ${kind === 'uncached' ? 'off' : 'max=100'};
        location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
        location ~ \\.bin$ { sendfile on; }
      }`;
    const upstream = `upstream backend { server 127.0.0.1:${this.#backend}; keepalive 64; keepalive_requests 100000000; }`;
    return { ports, file: this.#file(name, [upstream, ...SITES.map(site)]) };
  }

  /** A configuration of one process with these lines in its `http`. */
  #file(name: string, lines: readonly string[]): string {
    const file = path.join(this.#folder, `${name}.conf`);
    const kinds = name === 'ours' ? [] : ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const temporary = kinds.map((kind) => `${kind}_temp_path ${this.#folder}/${name}-${kind};`);
    writeFileSync(
      file,
      `daemon off; master_process off; worker_processes 1; pid ${this.#folder}/${name}.pid;
       error_log ${this.#folder}/${name}.log;
       events { worker_connections 1024; }
       http { keepalive_requests 100000000; ${[...temporary, ...lines].join('\n')} }`,
    );
    return file;
  }

  async #start(port: number, command: string, words: readonly string[]): Promise<number> {
    const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#children.push(child);
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    await Promise.race([ready(port, child), failed]);
    return child.pid!;
  }

  async stop(): Promise<void> {
    const running = this.#children.filter((child) => child.exitCode === null && child.pid !== undefined);
    const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(ended);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const at = (name: string): string => path.join(here, name);

async function ready(port: number, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      }).on('error', () => resolve(false));
    });
    if (open) return;
  }
  throw new Error(`nothing listens on ${port}`);
}
