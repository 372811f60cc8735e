import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { commandOf, type EngineName } from './server-program.ts';
import { until, within } from './until.ts';

/** nginx or ours in the background, as a master with its workers; programs that follow one another share the folder. */
export class Daemon {
  readonly engine: EngineName;
  readonly folder = mkdtempSync(path.join(tmpdir(), 'daemon-'));
  readonly port: number;

  private constructor(engine: EngineName, port: number) {
    this.engine = engine;
    this.port = port;
  }

  static async create(engine: EngineName): Promise<Daemon> {
    return new Daemon(engine, await freePort());
  }

  /** Writes the configuration: `http` is the inside of the http block, `main` stands before it, `events` in that block. PORT and FOLDER are replaced. */
  configure(http: string, main = '', events = ''): void {
    const kinds = this.engine === 'nginx' ? ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'] : [];
    const temporary = kinds.map((kind) => `${kind}_temp_path FOLDER/${kind};`).join(' ');
    const user = process.geteuid?.() === 0 && !main.includes('user ') ? 'user root;' : '';
    const text = `${user} ${main} daemon on; pid FOLDER/nginx.pid; error_log FOLDER/error.log notice; events { ${events} }
      http { access_log off; ${temporary} ${http} }`;
    writeFileSync(
      this.file('nginx.conf'),
      text.replaceAll('FOLDER', this.folder).replaceAll('PORT', String(this.port)),
    );
  }

  /**
   * The command's exit code and what it said, once it has ended and nobody can say more. A server that was started has
   * workers by then: before its master waits for signals, nginx forgets them.
   */
  async start(): Promise<{ code: number | null; said: string }> {
    const { code, said } = await this.#run();
    const serves = () => this.pid() !== 0 && childrenOf(this.pid()).length > 0;
    if (code === 0) await until('a worker runs', serves, () => this.errorLog);
    return { code, said };
  }

  /** The exit code of the command with these flags beside the running server's own. */
  async command(...flags: readonly string[]): Promise<number | null> {
    return (await this.#run(flags)).code;
  }

  async #run(flags: readonly string[] = []): Promise<{ code: number | null; said: string }> {
    const [program, ...words] = commandOf(this.engine);
    const child = spawn(program, [...words, '-p', this.folder, '-c', this.file('nginx.conf'), ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const code = await within('the end of the command', ended, () => `${said}\n${this.errorLog}`);
    return { code, said };
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** The number in a pid file; 0 when there is none. */
  pid(name = 'nginx.pid'): number {
    return Number(this.#text(name));
  }

  get errorLog(): string {
    return this.#text('error.log');
  }

  /** What a file holds; nothing when there is none, for a server may remove it at any moment. */
  #text(name: string): string {
    try {
      return readFileSync(this.file(name), 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  /** Status, `X-Worker` and body of an answer over a connection of its own. Rejects when the connection breaks. */
  get(uri = '/', headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const whole = new Promise<string>((resolve, reject) => {
      const options = { port: this.port, host: '127.0.0.1', path: uri, agent: false, headers };
      request(options, (response) => {
        let body = '';
        response.on('data', (piece) => {
          body += piece;
        });
        response.on('end', () => resolve(`${response.statusCode} ${response.headers['x-worker'] ?? ''}${body}`));
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });
    return within(`the answer to ${uri}`, whole, () => this.errorLog);
  }

  /** The answers that come, once `count` different ones have: with `return 200 $pid`, the workers. */
  async answers(count: number, uri = '/'): Promise<Set<string>> {
    const seen = new Set<string>();
    await until(`${count} answer`, async () => {
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => this.get(uri)));
      for (const answer of answers) if (answer.status === 'fulfilled') seen.add(answer.value);
      return seen.size >= count;
    });
    return seen;
  }

  /** Ends every master that a pid file names, and removes the folder. */
  async stop(): Promise<void> {
    for (const name of ['nginx.pid.oldbin', 'nginx.pid']) {
      const pid = this.pid(name);
      if (pid === 0 || !isRunning(pid)) continue;
      process.kill(pid, 'SIGTERM');
      try {
        await until(
          `${name} is gone`,
          () => !isRunning(pid),
          () => this.errorLog,
        );
      } catch (error) {
        for (const left of [pid, ...childrenOf(pid)]) process.kill(left, 'SIGKILL');
        throw error;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether there is such a process, and it is no zombie that waits for its parent to look at it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** Processes started by this one; none once it has ended. */
export function childrenOf(pid: number): number[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code!)) return [];
    throw error;
  }
  return text === '' ? [] : text.split(' ').map(Number);
}
