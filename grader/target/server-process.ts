import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { onExit } from './cleanup.ts';
import { startBehindGate } from './gate.ts';
import { accepts } from './ports.ts';
import { signalGroup } from './process-group.ts';

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Run by a shell. */
  readonly shell?: boolean;
  /** Waits on stdin for what it is told, and ends when stdin does. */
  readonly told?: boolean;
}

export interface Door {
  readonly host: string;
  readonly port: number;
}

/** A server that was started, in a process of its own or not. */
export interface Server {
  readonly running: boolean;
  /** Its first process; undefined when it shares one with others. */
  readonly pid?: number | undefined;
  /** What it wrote to stderr and stdout, the last of it. */
  readonly output: string;
  /** How it ended, with the last lines it said; undefined while it runs. */
  readonly ending: string | undefined;
  /** Ends when it has ended, or after so many ms; says whether it has. */
  waitForEnd(timeLimit: number): Promise<boolean>;
  /** Stops it and everything it started: asks first, and insists after a second. */
  stop(): Promise<void>;
  /** Ends it and everything it started, without asking. */
  end(): Promise<void>;
  /** Says one line to a server that waits to be told. */
  tell(line: string): void;
}

/** Polls until every door accepts connections, the server ends, or time is up (ms); says whether they all do. */
export async function waitForDoors(
  server: Server,
  doors: readonly Door[],
  timeLimit: number,
  signal: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + timeLimit;
  let closed = [...doors];
  for (;;) {
    signal.throwIfAborted();
    // One after the other: while the first is closed the others are, and asking takes time from a server that starts.
    while (closed[0] !== undefined && (await accepts(closed[0].port, closed[0].host))) closed = closed.slice(1);
    if (closed.length === 0) return server.running;
    if (!server.running) {
      // What it said last may still be on its way.
      await server.waitForEnd(1000);
      return false;
    }
    if (performance.now() > end) return false;
    await delay(4, undefined, { signal });
  }
}

/** Last bytes of a server's stderr and stdout that are kept. */
const outputLimit = 256 * 1024;

/** The student's server as a running program, with all the processes it starts. */
export class ServerProcess implements Server {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #release: () => void;
  #running = true;
  /** Nothing of its group is left; the number may be another's by now. */
  #gone = false;
  /** The last pieces of its output; whole, so that a flood of it costs little. */
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #spawnError: Error | undefined;

  constructor(command: ServerCommand) {
    const { child, open } = startBehindGate(command);
    this.#child = child;
    const keep = (piece: Buffer) => {
      this.#kept.push(piece);
      this.#keptBytes += piece.length;
      for (let first = this.#kept[0]!; this.#keptBytes - first.length >= outputLimit; first = this.#kept[0]!) {
        this.#kept.shift();
        this.#keptBytes -= first.length;
      }
    };
    // One that has ended hears nothing; its end is told below.
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#ended = new Promise((resolve) => {
      const end = () => {
        this.#running = false;
        resolve();
      };
      this.#child.once('error', (error) => {
        this.#spawnError = error;
        end();
      });
      this.#child.once('close', end);
      this.#child.once('exit', () => {
        this.#running = false;
        // A grandchild may hold the pipes open for ever; what it says after its parent's end isn't waited for long.
        setTimeout(end, 200).unref();
      });
    });
    this.#release = onExit(() => signalGroup(this.#child, 'SIGKILL'), { group: this.#child.pid }, open);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** What it wrote to stderr and stdout, the last 256 KiB. */
  get output(): string {
    const said = Buffer.concat(this.#kept).subarray(-outputLimit).toString();
    return this.#spawnError === undefined ? said : `${said}${this.#spawnError.message}\n`;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** How it ended, with the last lines it said; undefined while it runs. */
  get ending(): string | undefined {
    if (this.#running) return undefined;
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
    const said = this.output.trim().split('\n').slice(-12).join('\n');
    return `${how}${said === '' ? '' : `. It said:\n${said}`}`;
  }

  /** Ends when the process has ended, or after so many ms; says whether it has. */
  async waitForEnd(timeLimit: number): Promise<boolean> {
    const timer = new AbortController();
    await Promise.race([this.#ended, delay(timeLimit, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    return !this.#running;
  }

  /** See `waitForDoors`. */
  waitForDoors(doors: readonly Door[], timeLimit: number, signal: AbortSignal): Promise<boolean> {
    return waitForDoors(this, doors, timeLimit, signal);
  }

  /** Says one line to a server that waits to be told. */
  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Stops it and everything it started: asks first, and insists after a second. */
  async stop(): Promise<void> {
    if (this.#running) {
      signalGroup(this.#child, 'SIGTERM');
      await this.waitForEnd(1000);
    }
    await this.end();
  }

  /** Ends it and everything it started, without asking. */
  async end(): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    // Even when the first process is gone, others of its group may be left.
    signalGroup(this.#child, 'SIGKILL');
    await this.waitForEnd(2000);
    this.#release();
  }
}
