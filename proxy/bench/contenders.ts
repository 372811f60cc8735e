import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Family, Rival, Site } from './family.ts';
import type { Target } from './measure.ts';

const here = import.meta.dirname;
const PROGRAMS: Readonly<Record<Exclude<Rival, 'nginx'>, string>> = {
  'http-proxy-3': 'http-proxy-3.ts',
  '@fastify/http-proxy': 'fastify-http-proxy.ts',
  '@fastify/static': 'fastify-static.ts',
  sirv: 'sirv.ts',
};

/** A server that was started, and its end. */
export interface Contender extends Target {
  readonly name: Rival | 'ours';
  stop(): Promise<void>;
}

/** The servers that are compared, all with the same files and in front of the same nginx. All end with `stop`. */
export class Contenders {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'proxy-bench-'));
  readonly #children = new Set<ChildProcess>();
  #backend = 0;
  #count = 0;

  /** Makes the files and a certificate, and starts what is behind. */
  async begin(): Promise<void> {
    mkdirSync(this.#html);
    for (const type of ['txt', 'bin']) {
      for (const [name, size] of [
        ['1k', 1024],
        ['20k', 20_480],
        ['1m', 1_048_576],
      ] as const) {
        writeFileSync(path.join(this.#html, `${name}.${type}`), text(size));
      }
    }
    for (const [kind, algorithm] of [
      ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
      ['rsa', ['-newkey', 'rsa:2048']],
    ] as const) {
      const key = [...algorithm, '-nodes', '-keyout', this.#at(`${kind}.key`)];
      const certificate = ['-x509', '-subj', '/CN=localhost', '-days', '2', '-out', this.#at(`${kind}.crt`)];
      execFileSync('openssl', ['req', ...key, ...certificate], { stdio: 'ignore' });
    }
    this.#backend = await freePort();
    const http = `access_log off;
      server { listen 127.0.0.1:${this.#backend}; root ${this.#html}; open_file_cache max=100; }`;
    const folder = this.#at('backend');
    mkdirSync(folder);
    await this.#spawn(this.#backend, 'nginx', ['-c', configure(folder, 'nginx', http, 0)]);
  }

  /** Starts one of them. Ours and nginx read the same file, but for ports and folders. */
  async start(name: Rival | 'ours', family: Family): Promise<Contender> {
    const ports = new Map<string, number>();
    const folder = this.#at(`${name.replace(/\W/g, '-')}-${this.#count++}`);
    mkdirSync(folder);
    if (name !== 'ours' && name !== 'nginx') {
      const port = await freePort();
      const words = [path.join(here, 'rivals', PROGRAMS[name]), String(port), String(this.#backend), this.#html];
      return this.#contender(name, await this.#spawn(port, process.execPath, words), () => port);
    }
    // The configuration asks for its ports while it is made: those it will ask for are found first.
    const free = await Promise.all(Array.from({ length: 4 }, freePort));
    const site: Site = {
      port: (wanted) => {
        const port = ports.get(wanted) ?? free.pop()!;
        ports.set(wanted, port);
        return port;
      },
      folder,
      html: this.#html,
      backend: this.#backend,
      pair: (kind) => ({ certificate: this.#at(`${kind}.crt`), key: this.#at(`${kind}.key`) }),
    };
    const file = configure(folder, name, family.http(site), family.workers ?? 0);
    const [command, words] =
      name === 'nginx' ? ['nginx', ['-c', file]] : [process.execPath, [path.join(here, '../nginx.mjs'), '-c', file]];
    const child = await this.#spawn(ports.get('main')!, command, words);
    return this.#contender(name, child, (wanted) => ports.get(wanted)!);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#end(child)));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #html(): string {
    return this.#at('html');
  }

  #at(name: string): string {
    return path.join(this.#folder, name);
  }

  #contender(name: Contender['name'], child: ChildProcess, port: Target['port']): Contender {
    return { name, port, pid: child.pid!, stop: () => this.#end(child) };
  }

  async #spawn(port: number, command: string, words: readonly string[]): Promise<ChildProcess> {
    const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#children.add(child);
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    await Promise.race([ready(port, child), failed]);
    return child;
  }

  async #end(child: ChildProcess): Promise<void> {
    this.#children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

/** Writes the configuration file; `workers` is 0 for one process without a master. */
function configure(folder: string, name: 'ours' | 'nginx', http: string, workers: number): string {
  const file = path.join(folder, 'nginx.conf');
  const kinds = name === 'ours' ? ['client_body', 'proxy'] : ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const user = process.geteuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    file,
    `daemon off; master_process ${workers === 0 ? 'off' : 'on'}; worker_processes ${workers || 1}; ${user}
     pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_rlimit_nofile 16384;
     events { worker_connections 8192; }
     http { keepalive_requests 100000000; ${temporary} ${http} }`,
  );
  return file;
}

/** Text that a compressor has some work with. */
function text(size: number): string {
  let words = '';
  for (let i = 0; words.length < size; i++) words += `${((i * 2_654_435_761) >>> 16).toString(36)} `;
  return words.slice(0, size);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function ready(port: number, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
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
