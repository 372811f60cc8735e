import { type ChildProcess, fork } from 'node:child_process';
import type { Configuration } from '../http/configuration.ts';
import type { ListeningSockets } from './listening.ts';
import type { Serve, Started } from './messages.ts';
import { environmentFor } from './role.ts';
import type { StartOptions } from './worker.ts';

/** The first file number after stdin, stdout, stderr and the channel to the master. */
const FIRST = 4;

/** What became of a process. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One worker process, as its master sees it. */
export class Child {
  readonly process: ChildProcess;
  /** Which of the workers of its configuration it is, from 0 on. */
  readonly number: number;
  /** It has served: what ended it says nothing against another try. */
  served = false;

  /** `program` is what a worker runs; it finds out by itself that it is one. */
  constructor(program: string, number: number, sockets: readonly (readonly [text: string, fd: number])[]) {
    this.number = number;
    this.process = fork(program, [], {
      serialization: 'advanced',
      env: environmentFor('worker'),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...sockets.map(([, fd]) => fd)],
    });
    // A message to a process that has just died fails here; its end is told anyway.
    this.process.on('error', () => undefined);
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Has it serve; why it can't comes back. */
  serve(options: StartOptions, configuration: Configuration, listening: ListeningSockets): Promise<readonly string[]> {
    const { file, prefix, globalDirectives, errorLog } = options;
    const own = listening.of(configuration.listeners, this.number);
    const message: Serve = {
      file,
      prefix,
      ...(globalDirectives === undefined ? {} : { globalDirectives }),
      ...(errorLog === undefined ? {} : { errorLog }),
      snapshot: configuration.snapshot,
      sockets: own.map(([text], i) => [text, FIRST + i] as const),
      strays: listening.strays(FIRST + own.length),
    };
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.process.once('message', (answer: Started) => {
      this.served = answer.started;
      resolve(answer.started ? [] : answer.errors);
    });
    this.process.once('exit', () => resolve([`worker process ${this.pid} ended before it served`]));
    this.process.send(message);
    return promise;
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}
