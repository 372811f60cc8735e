import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createApp, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildConfiguration } from '../http/build-configuration.ts';
import { Engine, openListener } from '../http/engine.ts';
import { modules } from '../modules/index.ts';
import { acceptSecure } from '../modules/ssl.ts';
import { freePort } from './free-port.ts';
import { fastcgiServer, type GatewayApp, uwsgiServer } from './gateway-apps.ts';
import { NGINX } from './server-program.ts';
import { until } from './until.ts';

/** Why tests against real nginx can't run; `undefined` when they can. With WORKBOOK_REQUIRE_NGINX=1 its absence is an error. */
export const nginxMissing = NGINX === undefined ? 'nginx is not installed' : undefined;
if (nginxMissing !== undefined && process.env.WORKBOOK_REQUIRE_NGINX === '1') throw new Error(nginxMissing);

/** ms that logs may take to become the same: whatever differs then does so for good. */
const UNLIKE = 20_000;

/** ms without a byte after which a connection is taken for one that stays open. */
const SILENCE = 5000;

/** Lines that tell of the machine or of the client, and come when they come. */
const NOISE = / closed (keepalive )?connection|^epoll_wait\(\) failed/;

/** What came back over one connection, and what the server logged for it. */
export interface Outcome {
  readonly text: string;
  readonly closed: boolean;
}

/** Applications that speak other protocols than HTTP. */
export interface Gateways {
  readonly uwsgi?: GatewayApp | undefined;
  readonly fastcgi?: GatewayApp | undefined;
}

/** Real nginx and ours with the same configuration, each with its own port and folder. */
export class SideBySide {
  readonly folder: string;
  /** Every port of the pair, by the word that stands for it. */
  readonly #words: readonly (readonly [port: number, word: string])[];
  /** How much of each error log has been compared. */
  readonly #read: [number, number] = [0, 0];
  readonly ports: readonly [number, number];
  /** The second port of each. */
  readonly others: readonly [number, number];
  readonly #nginx: ChildProcess;
  readonly #engine: Engine;
  readonly #servers: { close(): void }[];

  private constructor(
    folder: string,
    ports: readonly [number, number],
    others: readonly [number, number],
    words: readonly (readonly [port: number, word: string])[],
    nginx: ChildProcess,
    engine: Engine,
    servers: { close(): void }[],
  ) {
    this.folder = folder;
    this.#words = words;
    this.ports = ports;
    this.others = others;
    this.#nginx = nginx;
    this.#engine = engine;
    this.#servers = servers;
  }

  /** `http` is the inside of the http block; the words of `CaseFile` are replaced. `files` are put below FOLDER/html. */
  static async start(
    http: string,
    files: Readonly<Record<string, string | Buffer>>,
    app?: RequestListener,
    gateways: Gateways = {},
  ): Promise<SideBySide> {
    const folder = mkdtempSync(path.join(tmpdir(), 'side-by-side-'));
    const changed = new Date('2024-01-02T03:04:05Z');
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, 'html', name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      utimesSync(file, changed, changed);
    }
    const ports = [await freePort(), await freePort()] as const;
    const others = [await freePort(), await freePort()] as const;
    const servers: { close(): void }[] = [];
    let appPort = 0;
    if (app !== undefined) {
      const server = createApp(app);
      await new Promise<void>((resolve) => server.listen(0, resolve));
      appPort = (server.address() as { port: number }).port;
      servers.push({
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    }
    const gatewayPorts: [port: number, word: string][] = [];
    for (const [word, server] of [
      ['UWSGI', gateways.uwsgi && (await uwsgiServer(gateways.uwsgi))],
      ['FASTCGI', gateways.fastcgi && (await fastcgiServer(gateways.fastcgi))],
    ] as const) {
      if (server === undefined) continue;
      servers.push(server);
      gatewayPorts.push([(server.address() as { port: number }).port, word]);
    }
    const configurations = ports.map((port, index) => {
      const name = index === 0 ? 'theirs' : 'ours';
      mkdirSync(path.join(folder, name));
      const file = path.join(folder, `${name}.conf`);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi']
        .filter((kind) => !http.includes(`${kind}_temp_path`))
        .map((kind) => `${kind}_temp_path ${folder}/${name}/${kind};`)
        .join(' ');
      let text = `
        error_log ${folder}/${name}/error.log info; events { }
        ${index === 0 ? `daemon off; master_process off; pid ${folder}/nginx.pid;` : ''}
        http { ${index === 0 ? `scgi_temp_path ${folder}/${name}/scgi;` : ''} ${temporary} ${http} }`
        .replaceAll('PORT', String(port))
        .replaceAll('OTHER', String(others[index]))
        .replaceAll('APP', String(appPort))
        .replaceAll('LOGS', `${folder}/${name}`)
        .replaceAll('FOLDER', folder);
      for (const [own, word] of gatewayPorts) text = text.replaceAll(`:${word}`, `:${own}`);
      writeFileSync(file, text);
      return file;
    });
    const configuration = buildConfiguration({ file: configurations[1]!, prefix: folder, modules });
    const engine = new Engine(configuration, { acceptSecure });
    for (const listener of configuration.listeners) servers.push(await openListener(listener, () => engine));
    // Last, so that an error of ours leaves no process behind.
    const nginx = spawn(NGINX!, ['-c', configurations[0]!, '-p', folder], { stdio: 'ignore' });
    const words = [
      ...ports.map((port) => [port, 'PORT'] as const),
      ...others.map((port) => [port, 'OTHER'] as const),
      [appPort, 'APP'] as const,
      ...gatewayPorts,
    ];
    const pair = new SideBySide(folder, ports, others, words, nginx, engine, servers);
    try {
      await pair.#ready();
    } catch (error) {
      await pair.stop();
      throw error;
    }
    pair.#read[0] = pair.#lines('theirs/error.log').length;
    return pair;
  }

  /** nginx listens before it says what it starts with: it is ready once it has seen a connection come and go. */
  async #ready(): Promise<void> {
    const listens = (): Promise<boolean> => {
      if (this.#nginx.exitCode !== null) throw new Error(`nginx did not start: ${this.#said()}`);
      return new Promise<boolean>((resolve) => {
        const socket = connect(this.ports[0], '127.0.0.1', () => socket.end());
        socket.resume();
        socket.on('error', () => resolve(false));
        socket.on('end', () => resolve(true));
      });
    };
    await until('nginx closes a connection', listens, () => this.#said());
  }

  #said(): string {
    const file = `${this.folder}/theirs/error.log`;
    return existsSync(file) ? readFileSync(file, 'latin1') : 'see nginx -t';
  }

  /** Sends the same bytes to both: [nginx, ours]. `PORT` in answers is put back. */
  async send(request: string): Promise<[Outcome, Outcome]> {
    const outcomes = await Promise.all(this.ports.map((port) => exchange(port, request)));
    return outcomes as [Outcome, Outcome];
  }

  /** The lines of both access logs of that name, once the last one of both says `last`. */
  async logs(name: string, last: string): Promise<[string[], string[]]> {
    const read = (side: string): string[] => {
      const file = `${this.folder}/${side}/${name}`;
      return existsSync(file) ? readFileSync(file, 'latin1').split('\n').slice(0, -1) : [];
    };
    const both = (): [string[], string[]] => [read('theirs'), read('ours')];
    const whole = (): boolean => both().every((lines) => lines.at(-1)?.includes(last));
    await until(`the last lines of ${name} tell of ${last}`, whole, () => JSON.stringify(both(), null, 1));
    return both();
  }

  /** A text with words in the place of the pair's own ports and folders. */
  withoutPorts(text: string): string {
    let plain = text.replaceAll(`${this.folder}/theirs`, 'LOGS').replaceAll(`${this.folder}/ours`, 'LOGS');
    plain = plain.replaceAll(this.folder, 'FOLDER');
    for (const [port, word] of this.#words) if (port !== 0) plain = plain.replaceAll(`:${port}`, `:${word}`);
    return plain;
  }

  /**
   * The lines that both error logs got since the last call, times and numbers taken out, once they are the same (or after a
   * while); `plain` takes out of a line what may differ, and leaves out the line where it gives undefined.
   */
  newErrors(
    from: 'info' | 'notice' | 'warn' | 'error',
    plain: (line: string) => string | undefined = (line) => line,
  ): Promise<[string[], string[]]> {
    const levels = ['info', 'notice', 'warn', 'error'].slice(['info', 'notice', 'warn', 'error'].indexOf(from));
    const counted = (index: 0 | 1, name: string): string[] => {
      const lines = this.#lines(`${name}/error.log`);
      return lines
        .slice(this.#read[index])
        .map((line) => /^\S+ \S+ \[(\w+)\] \d+#\d+: (?:\*\d+ )?(.*)$/.exec(line))
        .filter((match) => match !== null && !NOISE.test(match[2]!))
        .filter((match) => match !== null && [...levels, 'crit', 'alert', 'emerg'].includes(match[1]!))
        .map((match) => `${match![1]}: ${this.withoutPorts(match![2]!)}`)
        .map((line) => line.replace(/excess: (\d+\.\d+)/, (_, excess) => `excess: ${Math.ceil(Number(excess))}`))
        .map(plain)
        .filter((line) => line !== undefined)
        .sort();
    };
    return this.#settled(
      () => [counted(0, 'theirs'), counted(1, 'ours')],
      false,
      () => {
        this.#read[0] = this.#lines('theirs/error.log').length;
        this.#read[1] = this.#lines('ours/error.log').length;
      },
    );
  }

  /** The lines of both logs of that name, `arranged`, once they are the same (or after a while). */
  sameLogs(name: string, arranged = (lines: string[]): string[] => lines): Promise<[string[], string[]]> {
    const plain = (side: string): string[] =>
      arranged(this.#lines(`${side}/${name}`).map((line) => this.withoutPorts(line)));
    return this.#settled(() => [plain('theirs'), plain('ours')], true);
  }

  #lines(name: string): string[] {
    const file = `${this.folder}/${name}`;
    return existsSync(file) ? readFileSync(file, 'latin1').split('\n').slice(0, -1) : [];
  }

  async #settled(read: () => [string[], string[]], some: boolean, then?: () => void): Promise<[string[], string[]]> {
    const end = Date.now() + UNLIKE;
    let both = read();
    while ((both[0].join('\n') !== both[1].join('\n') || (some && both[0].length === 0)) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      both = read();
    }
    then?.();
    return both;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#engine.stop();
    const ended = new Promise((resolve) => this.#nginx.once('exit', resolve));
    // It has nothing to finish, and forgets a SIGTERM that comes before its first wait.
    if (this.#nginx.kill('SIGKILL')) await ended;
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
    const timer = setTimeout(() => finish(false), SILENCE);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      timer.refresh();
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

/** Answers whose chunked bodies are put together: where they are cut is nobody's promise. */
export function withoutChunks(text: string): string {
  let out = '';
  let rest = text;
  for (;;) {
    const head = /^HTTP\/1\.1 .*?\r\n\r\n/s.exec(rest)?.[0];
    if (head === undefined) return out + rest;
    rest = rest.slice(head.length);
    out += head;
    const length = /\r\nContent-Length: (\d+)\r\n/i.exec(head)?.[1];
    if (length !== undefined) {
      out += rest.slice(0, Number(length));
      rest = rest.slice(Number(length));
    } else if (/\r\nTransfer-Encoding: chunked\r\n/i.test(head)) {
      for (let size = /^([0-9a-f]+)\r\n/.exec(rest); size !== null; size = /^([0-9a-f]+)\r\n/.exec(rest)) {
        const bytes = Number.parseInt(size[1]!, 16);
        out += rest.slice(size[0].length, size[0].length + bytes);
        rest = rest.slice(size[0].length + bytes + 2);
        if (bytes === 0) {
          out += '(the last chunk)';
          break;
        }
      }
    }
  }
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
