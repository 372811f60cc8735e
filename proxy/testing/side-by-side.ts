import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildConfiguration } from '../http/build-configuration.ts';
import { Engine, openListener } from '../http/engine.ts';
import { modules } from '../modules/index.ts';
import { freePort, NGINX } from './server-program.ts';

/** Why tests against real nginx can't run; `undefined` when they can. With WORKBOOK_REQUIRE_NGINX=1 its absence is an error. */
export const nginxMissing = NGINX === undefined ? 'nginx is not installed' : undefined;
if (nginxMissing !== undefined && process.env.WORKBOOK_REQUIRE_NGINX === '1') throw new Error(nginxMissing);

/** What came back over one connection, and what the server logged for it. */
export interface Outcome {
  readonly text: string;
  readonly closed: boolean;
}

/** Real nginx and ours with the same configuration, each with its own port and folder. */
export class SideBySide {
  readonly folder: string;
  readonly #ports: readonly [number, number];
  readonly #nginx: ChildProcess;
  readonly #engine: Engine;
  readonly #servers: { close(): void }[];

  private constructor(
    folder: string,
    ports: readonly [number, number],
    nginx: ChildProcess,
    engine: Engine,
    servers: { close(): void }[],
  ) {
    this.folder = folder;
    this.#ports = ports;
    this.#nginx = nginx;
    this.#engine = engine;
    this.#servers = servers;
  }

  /** `http` is the inside of the http block; `PORT` and `FOLDER` are replaced. `files` are put below FOLDER/html. */
  static async start(http: string, files: Readonly<Record<string, string>>): Promise<SideBySide> {
    const folder = mkdtempSync(path.join(tmpdir(), 'side-by-side-'));
    const changed = new Date('2024-01-02T03:04:05Z');
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, 'html', name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      utimesSync(file, changed, changed);
    }
    const ports = [await freePort(), await freePort()] as const;
    const configurations = ports.map((port, index) => {
      const name = index === 0 ? 'theirs' : 'ours';
      mkdirSync(path.join(folder, name));
      const file = path.join(folder, `${name}.conf`);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `${kind}_temp_path ${folder}/${name}/${kind};`)
        .join(' ');
      const text = `
        error_log ${folder}/${name}/error.log info; events { }
        ${index === 0 ? `daemon off; master_process off; pid ${folder}/nginx.pid;` : ''}
        http { ${index === 0 ? temporary : ''} ${http} }`
        .replaceAll('PORT', String(port))
        .replaceAll('LOGS', `${folder}/${name}`)
        .replaceAll('FOLDER', folder);
      writeFileSync(file, text);
      return file;
    });
    const nginx = spawn(NGINX!, ['-c', configurations[0]!, '-p', folder], { stdio: 'ignore' });
    const configuration = buildConfiguration({ file: configurations[1]!, prefix: folder, modules });
    const engine = new Engine(configuration, { modules });
    const servers = [];
    for (const listener of configuration.listeners) servers.push(await openListener(listener, () => engine));
    const pair = new SideBySide(folder, ports, nginx, engine, servers);
    await pair.#ready();
    return pair;
  }

  async #ready(): Promise<void> {
    const end = Date.now() + 10_000;
    while (Date.now() < end) {
      if (this.#nginx.exitCode !== null) throw new Error(readFileSync(`${this.folder}/theirs/error.log`, 'latin1'));
      const open = await new Promise<boolean>((resolve) => {
        const socket = connect(this.#ports[0], '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        });
        socket.on('error', () => resolve(false));
      });
      if (open) return;
    }
    throw new Error('nginx did not start');
  }

  /** Sends the same bytes to both: [nginx, ours]. `PORT` in answers is put back. */
  async send(request: string): Promise<[Outcome, Outcome]> {
    const outcomes = await Promise.all(this.#ports.map((port) => exchange(port, request)));
    return outcomes as [Outcome, Outcome];
  }

  /** The lines of both access logs of that name, once the last one of both says `last`. */
  async logs(name: string, last: string): Promise<[string[], string[]]> {
    const read = (side: string): string[] => {
      const file = `${this.folder}/${side}/${name}`;
      return existsSync(file) ? readFileSync(file, 'latin1').split('\n').slice(0, -1) : [];
    };
    const end = Date.now() + 5000;
    while (Date.now() < end) {
      const both: [string[], string[]] = [read('theirs'), read('ours')];
      if (both.every((lines) => lines.at(-1)?.includes(last))) return both;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return [read('theirs'), read('ours')];
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#engine.stop();
    const ended = new Promise((resolve) => this.#nginx.once('exit', resolve));
    this.#nginx.kill('SIGTERM');
    if (this.#nginx.exitCode === null) await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One connection: sends, and reads until the answer is whole (or the server closes). */
function exchange(port: number, request: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let done = false;
    const finish = (closed: boolean): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: text.replaceAll(`:${port}`, ':PORT'), closed });
    };
    const timer = setTimeout(() => finish(false), 5000);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      // A last request that says so tells that everything has come.
      if (text.includes('X-Last: yes') && !/Connection: close/.test(text.slice(text.lastIndexOf('HTTP/1.1'))))
        finish(false);
    });
    socket.on('end', () => finish(true));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') finish(true);
      else reject(error);
    });
    socket.write(Buffer.from(request, 'latin1'));
  });
}

/** What of an answer has to be the same: version and date aside. */
export function comparable(outcome: Outcome): string {
  return outcome.text
    .replace(/\r\nServer: nginx\/[\d.]+/g, '\r\nServer: nginx/VERSION')
    .replace(/<center>nginx\/[\d.]+/g, '<center>nginx/VERSION')
    .replace(/\r\n(Date|Expires): [^\r]*/g, '\r\n$1: DATE')
    .replace(/0\d{19}/g, 'BOUNDARY')
    .replace(/Content-Length: \d+(?=(?:\r\n[^\r]+)*\r\n\r\n<html>)/g, 'Content-Length: PAGE')
    .split('\r\n\r\n')
    .map((part) => (part.startsWith('HTTP/') ? sortHead(part) : part))
    .join('\r\n\r\n');
}

function sortHead(head: string): string {
  const [status, ...fields] = head.split('\r\n');
  return [status, ...fields.sort()].join('\n');
}
