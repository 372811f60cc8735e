import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { onExit } from './cleanup.ts';
import { signalGroup } from './process-group.ts';
import type { Server, ServerCommand } from './server-process.ts';

/** Last characters of what a server says that are kept. */
const outputLimit = 256 * 1024;

/** Servers that one process runs before another takes its place, so that nothing can pile up in it. */
const serversPerProcess = 200;

/** ms that a server gets to end before its process is killed. */
const grace = 1000;

/**
 * A process of the reference proxy that runs one configuration after another: starting a process costs more than most
 * checks. A configuration executes nothing; one that keeps the process busy or breaks it is ended with it.
 */
export class ServerHost {
  readonly #command: ServerCommand;
  #process: HostProcess | undefined;

  /** `command` starts `proxy/host.mjs`. */
  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Starts a server; the one before has to be stopped. */
  start(instructions: string): Server {
    let current = this.#process;
    if (current === undefined || !current.alive || current.started >= serversPerProcess) {
      current?.kill();
      current = new HostProcess(this.#command);
      this.#process = current;
    }
    return current.start(instructions);
  }

  async end(): Promise<void> {
    this.#process?.kill();
    await this.#process?.ended;
  }
}

class HostProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  alive = true;
  started = 0;
  #current: HostedServer | undefined;

  constructor(command: ServerCommand) {
    this.#child = spawn(command.file, command.args, {
      cwd: command.folder,
      env: { ...command.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    this.#child.stdin?.on('error', () => {});
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#current?.hear(text));
    const release = onExit(() => this.kill(), { group: this.#child.pid });
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.alive = false;
        this.#current?.lost(how);
        release();
        resolve();
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('close', (code, signal) => end(signal === null ? `exit code ${code}` : signal));
    });
  }

  start(instructions: string): Server {
    this.started++;
    const mark = randomBytes(16).toString('hex');
    this.#current = new HostedServer(mark, this);
    this.tell(JSON.stringify({ ...JSON.parse(instructions), mark }));
    return this.#current;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  kill(): void {
    if (this.#child.pid === undefined) return;
    this.alive = false;
    signalGroup(this.#child, 'SIGKILL');
  }
}

class HostedServer implements Server {
  readonly #mark: string;
  readonly #host: HostProcess;
  readonly #end = Promise.withResolvers<void>();
  running = true;
  output = '';

  constructor(mark: string, host: HostProcess) {
    this.#mark = `\0${mark} `;
    this.#host = host;
  }

  get ending(): string | undefined {
    if (this.running) return undefined;
    const said = this.output.trim().split('\n').slice(-12).join('\n');
    return said === '' ? 'without a word' : `and said:\n${said}`;
  }

  hear(text: string): void {
    this.output = (this.output + text).slice(-outputLimit);
    const at = this.output.indexOf(this.#mark);
    // The mark may come in two pieces; the line end behind it says that it is whole.
    if (at < 0 || !this.output.endsWith('\n')) return;
    this.output = this.output.slice(0, at);
    this.#over();
  }

  lost(how: string): void {
    if (this.running) this.output += `the server was ended: ${how}\n`;
    this.#over();
  }

  async waitForEnd(timeLimit: number): Promise<boolean> {
    const timer = new AbortController();
    await Promise.race([this.#end.promise, delay(timeLimit, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    return !this.running;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#host.tell('stop');
    if (await this.waitForEnd(grace)) return;
    this.#host.kill();
    await this.#host.ended;
  }

  end(): Promise<void> {
    return this.stop();
  }

  tell(line: string): void {
    if (this.running) this.#host.tell(line);
  }

  #over(): void {
    this.running = false;
    this.#end.resolve();
  }
}
