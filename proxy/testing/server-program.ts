import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { until, within } from './until.ts';

export type EngineName = 'nginx' | 'reference';

export const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx'].find((file) => existsSync(file));

const PROXY = fileURLToPath(new URL('../nginx.mjs', import.meta.url));

/** The command that starts an engine. */
export function commandOf(engine: EngineName): [program: string, ...words: string[]] {
  return engine === 'nginx' ? [NGINX!] : [process.execPath, PROXY];
}

/** nginx or ours as a program of its own, run in the foreground from one configuration file. */
export class ServerProgram {
  readonly engine: EngineName;
  readonly folder: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly #exited: Promise<number | null>;
  #stderr = '';

  private constructor(engine: EngineName, folder: string, port: number, child: ChildProcess) {
    this.engine = engine;
    this.folder = folder;
    this.port = port;
    this.process = child;
    this.#exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    child.stderr?.on('data', (bytes: Buffer) => (this.#stderr += bytes.toString('latin1')));
  }

  /** `http` is the inside of the http block; PORT and FOLDER are replaced, in `more` of the command line too. Resolves when it serves. */
  static async start(engine: EngineName, http: string, more: readonly string[] = []): Promise<ServerProgram> {
    const folder = mkdtempSync(path.join(tmpdir(), 'server-program-'));
    const port = await freePort();
    const file = path.join(folder, 'nginx.conf');
    writeFileSync(file, configuration(engine, http, folder, port));
    const words = more.map((word) => word.replaceAll('FOLDER', folder));
    return ServerProgram.run(engine, folder, port, file, words);
  }

  /** Runs a whole configuration file that listens on `port`; the folder is removed in the end. */
  static async run(
    engine: EngineName,
    folder: string,
    port: number,
    file: string,
    more: readonly string[] = [],
  ): Promise<ServerProgram> {
    const [program, ...words] = [...commandOf(engine), ...more];
    const options = ['-p', folder, '-c', file, '-e', `${folder}/error.log`, '-g', 'daemon off;'];
    const child = spawn(program, [...words, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new ServerProgram(engine, folder, port, child);
    try {
      await until('a worker serves', () => server.#serves(), server.#state);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Puts another configuration in the file; SIGHUP makes it count. */
  rewrite(http: string): void {
    writeFileSync(path.join(this.folder, 'nginx.conf'), configuration(this.engine, http, this.folder, this.port));
  }

  get stderr(): string {
    return this.#stderr;
  }

  get errorLog(): string {
    return readFileSync(path.join(this.folder, 'error.log'), 'latin1');
  }

  signal(name: NodeJS.Signals): void {
    this.process.kill(name);
  }

  /** Its exit code, once it has ended. */
  get exited(): Promise<number | null> {
    return within(`the end of ${this.engine}`, this.#exited, this.#state);
  }

  /** One request on a connection of its own: all that came until the server closed it. */
  get(target: string, headers = 'Connection: close\r\n'): Promise<string> {
    let text = '';
    const socket = connect(this.port, '127.0.0.1');
    const whole = new Promise<string>((resolve, reject) => {
      socket.on('data', (bytes) => (text += bytes.toString('latin1')));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
      socket.write(`GET ${target} HTTP/1.1\r\nHost: a.test\r\n${headers}\r\n`);
    });
    const state = (): string => `so far: ${JSON.stringify(text)}\n${this.#state()}`;
    return within(`all that ${this.engine} answers to GET ${target}`, whole, state).finally(() => socket.destroy());
  }

  async stop(): Promise<void> {
    if (!this.#ended) this.process.kill('SIGTERM');
    try {
      await this.exited;
    } finally {
      this.process.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  get #ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  readonly #state = (): string => {
    const log = path.join(this.folder, 'error.log');
    return `it said: ${this.#stderr}\nits log: ${existsSync(log) ? readFileSync(log, 'latin1') : 'none'}`;
  };

  /**
   * Whether a worker took a connection: it closes one whose client has nothing to say. That the port is open says too
   * little: nginx listens before it handles signals, is ended by a HUP in between, and forgets one that comes later but
   * before its master waits.
   */
  #serves(): Promise<boolean> {
    if (this.#ended) throw new Error(`the server did not start\n${this.#state()}`);
    const socket = connect(this.port, '127.0.0.1', () => socket.end());
    const taken = new Promise<boolean>((resolve) => {
      socket.resume();
      socket.on('end', () => resolve(true));
      socket.on('close', () => resolve(false));
      socket.on('error', () => resolve(false));
    });
    return within('a worker that takes a connection', taken, this.#state).finally(() => socket.destroy());
  }
}

function configuration(engine: EngineName, http: string, folder: string, port: number): string {
  const temporary = engine === 'nginx' ? ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] : [];
  // Workers of a master that runs as root keep its rights, for the sake of the folder.
  const user = process.geteuid?.() === 0 ? 'user root;' : '';
  return `${user} pid FOLDER/nginx.pid; error_log FOLDER/error.log notice; events { }
    http { access_log off; ${temporary.map((kind) => `${kind}_temp_path FOLDER/${kind};`).join(' ')} ${http} }`
    .replaceAll('FOLDER', folder)
    .replaceAll('PORT', String(port));
}
