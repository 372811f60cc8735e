import { type ChildProcess, spawn } from 'node:child_process';
import { onExit } from '../../target/cleanup.ts';
import { signalGroup } from '../../target/process-group.ts';
import type { GradeOutcome, GradeTask, Request } from './task.ts';
import type { WorkerCommand } from './worker-command.ts';

/** Last bytes of a worker's stderr that are kept. */
const stderrLimit = 4096;

/** ms that a worker gets to put things away before it is killed. */
const grace = 1000;

/** The worker died, or was killed, before it had a verdict. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
  readonly kind: 'time-limit' | 'grader';

  constructor(reason: string, kind: 'time-limit' | 'grader') {
    super(reason);
    this.kind = kind;
  }
}

/** A trusted process that grades one task at a time, out of reach of the others. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #release: () => void;
  #stderr = '';
  #waiting: { resolve(reply: GradeOutcome): void; reject(error: WorkerLost): void } | undefined;
  #end: WorkerLost | undefined;
  #graded = 0;

  constructor({ file, args, environment }: WorkerCommand) {
    // A group of its own: Ctrl-C is for the grader, and it says what becomes of work that is under way.
    const detached = process.platform !== 'win32';
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
    this.#child = spawn(file, args, { cwd: '/', env: { ...environment }, stdio: [...stdio], detached });
    this.#release = onExit(() => {}, { group: this.#child.pid });
    this.#child.stderr?.on('data', (piece: Buffer) => {
      this.#stderr = (this.#stderr + piece.toString()).slice(-stderrLimit);
    });
    this.#child.on('message', (reply: GradeOutcome) => {
      this.#waiting?.resolve(reply);
      this.#waiting = undefined;
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string) => {
        this.#end = new WorkerLost(reason, 'grader');
        this.#lose(this.#end);
        this.#release();
        resolve();
      };
      this.#child.once('error', (error) => end(`the worker could not be started: ${error.message}`));
      // Bubblewrap that is killed while it starts leaves half of itself behind, which holds the pipes.
      this.#child.once('exit', () => signalGroup(this.#child, 'SIGKILL'));
      this.#child.once('close', (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by signal ${signal}`;
        const said = this.#stderr.trim();
        end(`the worker was ended ${how}${said === '' ? '' : `: ${said}`}`);
      });
    });
  }

  /** Tasks that it has done. */
  get graded(): number {
    return this.#graded;
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  /** Throws WorkerLost when the worker dies over it, or when it takes longer than `timeLimit` ms; then it is dead, too. */
  async grade(task: GradeTask, timeLimit: number): Promise<GradeOutcome> {
    const reply = new Promise<GradeOutcome>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    const timer = setTimeout(() => {
      this.#lose(new WorkerLost(`it took longer than ${timeLimit / 1000} s in all`, 'time-limit'));
      void this.stop();
    }, timeLimit);
    if (this.#end !== undefined) this.#lose(this.#end);
    else this.#child.send({ task } satisfies Request, () => {});
    try {
      return await reply;
    } finally {
      clearTimeout(timer);
      this.#graded++;
    }
  }

  /** Ends it with everything that it started. May be called twice. */
  async stop(): Promise<void> {
    if (this.alive) signalGroup(this.#child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(this.#child, 'SIGKILL'), grace);
    await this.#ended;
    clearTimeout(timer);
  }

  #lose(error: WorkerLost): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
