import { type ChildProcess, fork } from 'node:child_process';
import type { Configuration } from '../http/configuration.ts';
import type { ListeningSockets } from './listening.ts';
import type { Serve, Started } from './messages.ts';
import { environmentFor } from './role.ts';
import type { TrafficHost, TrafficMember } from './traffic-host.ts';
import { isTrafficMessage, type TrafficMessage } from './traffic-messages.ts';
import type { StartOptions } from './worker.ts';
import type { ZoneHost, ZoneMember } from './zone-host.ts';
import { isZoneMessage, type ZoneMessage } from './zone-messages.ts';

/** The first file number after stdin, stdout, stderr and the channel to the master. */
const FIRST = 4;

/** What became of a process. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One worker process, as its master sees it. */
export class Child implements ZoneMember, TrafficMember {
  readonly process: ChildProcess;
  /** Which of the workers of its configuration it is, from 0 on. */
  readonly number: number;
  readonly configuration: Configuration;
  /** It has served: what ended it says nothing against another try. */
  served = false;
  /** What would end it before it obeys signals, and is meant for one that serves. */
  readonly #waiting: NodeJS.Signals[] = [];

  readonly #listening: ListeningSockets;
  readonly #sockets: ReturnType<ListeningSockets['of']>;

  /** `program` is what a worker runs; it finds out by itself that it is one. */
  constructor(program: string, number: number, configuration: Configuration, listening: ListeningSockets) {
    this.number = number;
    this.configuration = configuration;
    this.#listening = listening;
    this.#sockets = listening.of(configuration.listeners, number);
    this.process = fork(program, [], {
      serialization: 'advanced',
      env: environmentFor('worker'),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...this.#sockets.map(([, fd]) => fd)],
    });
    // A message to a process that has just died fails here; its end is told anyway.
    this.process.on('error', () => undefined);
  }

  get pid(): number {
    return this.process.pid!;
  }

  get holder(): number {
    return this.pid;
  }

  sendZones(message: ZoneMessage): void {
    if (this.process.connected) this.process.send(message);
  }

  sendTraffic(message: TrafficMessage): void {
    if (this.process.connected) this.process.send(message);
  }

  /** Has it serve, with the zones for its own if there are any to have; why it can't comes back. */
  serve(options: StartOptions, zones: ZoneHost, traffic: TrafficHost): Promise<readonly string[]> {
    const { file, prefix, globalDirectives, errorLog, traceFile } = options;
    const message: Serve = {
      file,
      prefix,
      ...(globalDirectives === undefined ? {} : { globalDirectives }),
      ...(errorLog === undefined ? {} : { errorLog }),
      ...(traceFile === undefined ? {} : { traceFile }),
      snapshot: this.configuration.snapshot,
      sockets: this.#sockets.map(([text], i) => [text, FIRST + i] as const),
      strays: this.#listening.strays(FIRST + this.#sockets.length),
      zones: zones.join(this),
    };
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.process.on('message', (answer: Started | ZoneMessage | TrafficMessage) => {
      if (isTrafficMessage(answer)) {
        traffic.receive(this, answer);
        return;
      }
      if (isZoneMessage(answer)) {
        zones.receive(this, answer);
        return;
      }
      this.served = answer.started;
      if (answer.started) traffic.join(this);
      if (answer.started) for (const signal of this.#waiting.splice(0)) this.process.kill(signal);
      resolve(answer.started ? [] : answer.errors);
    });
    this.process.once('exit', () => {
      zones.leave(this);
      traffic.leave(this);
      resolve([`worker process ${this.pid} ended before it served`]);
    });
    this.process.send(message);
    return promise;
  }

  /** A signal that is no end at once waits until the process knows what it means. */
  kill(signal: NodeJS.Signals): void {
    if (this.served || signal === 'SIGTERM' || signal === 'SIGKILL') this.process.kill(signal);
    else this.#waiting.push(signal);
  }
}
