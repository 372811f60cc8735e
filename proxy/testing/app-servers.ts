import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const UWSGI = existsSync('/usr/bin/uwsgi') && globSync('/usr/lib/uwsgi/plugins/python3*').length > 0;
const [PHP_FPM] = [...globSync('/usr/sbin/php-fpm*'), ...globSync('/usr/local/sbin/php-fpm*')];

/** Why there is no test with uwsgi or php-fpm; `undefined` when there is. With WORKBOOK_REQUIRE_APP_SERVERS=1 their absence is an error. */
export const uwsgiMissing = UWSGI ? undefined : 'uwsgi and its plugin for Python 3 are not installed';
export const phpMissing = PHP_FPM === undefined ? 'php-fpm is not installed' : undefined;
const missing = uwsgiMissing ?? phpMissing;
if (missing !== undefined && process.env.WORKBOOK_REQUIRE_APP_SERVERS === '1') throw new Error(missing);

/** A server of applications that is no part of this project, with a folder of its own. */
export class AppServer {
  readonly folder: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** A Unix socket where it listens too. */
  readonly socket: string;
  readonly #process: ChildProcess;
  readonly #said: string[] = [];

  private constructor(folder: string, port: number, socket: string, child: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.socket = socket;
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => this.#said.push(bytes.toString('latin1')));
  }

  /** uwsgi with a Python program that has a WSGI `application`. */
  static uwsgi(program: string): Promise<AppServer> {
    return AppServer.#start('app.py', program, (folder, port, socket) => [
      'uwsgi',
      ...['--plugin', 'python3', '--wsgi-file', `${folder}/app.py`, '--master', '--die-on-term', '--need-app'],
      ...['--socket', `127.0.0.1:${port}`, '--socket', socket, '--processes', '1', '--disable-logging'],
    ]);
  }

  /** php-fpm; `script` is `index.php` in the folder. */
  static php(script: string): Promise<AppServer> {
    return AppServer.#start('index.php', script, (folder, port, socket) => {
      const user = process.geteuid?.() === 0 ? 'user = root\ngroup = root\n' : '';
      const pool = (name: string, listen: string): string =>
        `[${name}]\n${user}listen = ${listen}\npm = static\npm.max_children = 4\n`;
      const global = `[global]\nerror_log = ${folder}/fpm.log\npid = ${folder}/fpm.pid\n`;
      writeFileSync(`${folder}/fpm.conf`, global + pool('tcp', `127.0.0.1:${port}`) + pool('unix', socket));
      return [PHP_FPM!, '-n', '-F', '-R', '-y', `${folder}/fpm.conf`, '-d', 'log_errors=1', '-d', 'html_errors=0'];
    });
  }

  static async #start(
    name: string,
    program: string,
    command: (folder: string, port: number, socket: string) => string[],
  ): Promise<AppServer> {
    const folder = mkdtempSync(path.join(tmpdir(), 'app-server-'));
    writeFileSync(path.join(folder, name), program);
    const port = await freePort();
    const socket = path.join(folder, 'app.sock');
    const [file, ...words] = command(folder, port, socket) as [string, ...string[]];
    const child = spawn(file, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new AppServer(folder, port, socket, child);
    try {
      await until(
        `${name} is served`,
        () => {
          if (child.exitCode !== null) throw new Error(`${file} ended: ${server.#said.join('')}`);
          return open(port);
        },
        () => server.#said.join(''),
      );
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function open(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
