import cluster, { type Worker as Child } from 'node:cluster';
import { constants } from 'node:os';
import { ConfigError } from '../config/index.ts';
import { buildConfiguration } from '../http/build-configuration.ts';
import type { Configuration, Severity } from '../http/configuration.ts';
import { ErrorLogs } from '../http/error-log.ts';
import { closeAccessLogs, giveLogs, openLogs } from './logs.ts';
import type { Serve, Started } from './messages.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { removeStaleSockets } from './sockets.ts';
import { makeTemporaryFolders } from './temporary-folders.ts';
import { pidFileOf, type StartOptions } from './worker.ts';

/** One configuration and the workers that serve it. */
interface Generation {
  readonly configuration: Configuration;
  readonly workers: Set<Child>;
  /** Its workers have been told to finish what they have. */
  retired: boolean;
}

/**
 * The master of several workers: reads configurations, keeps the workers alive, and passes signals on; it serves no
 * request. The listening sockets are its own, shared by all workers (each takes connections from the one queue, as
 * nginx's do), so that a queue outlives the workers of a configuration and a reload loses nobody. Source:
 * ngx_process_cycle.c, https://nginx.org/en/docs/control.html
 */
export class Master {
  readonly #options: StartOptions;
  readonly #errorLogs = new ErrorLogs();
  readonly #old = new Set<Generation>();
  #generation: Generation | undefined;
  #pidFile: string | undefined;
  #reloading = Promise.resolve();
  /** Set when the last worker's end is to be the master's. */
  #ending: (() => void) | undefined;

  /** `program` is what a worker runs; it finds out by itself that it is one. */
  constructor(options: StartOptions, program: string) {
    this.#options = options;
    // Each worker takes its connections from the shared socket by itself; round-robin would hand each one over.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: program, args: [], serialization: 'advanced' });
    process.title = `nginx: master process nginx ${process.argv.slice(2).join(' ')}`;
  }

  /** Starts the workers; false, with nothing left running, when they can't serve. The pid file appears when every socket listens. */
  async start(configuration: Configuration): Promise<boolean> {
    const generation: Generation = { configuration, workers: new Set(), retired: false };
    this.#generation = generation;
    try {
      this.#tryLogs(configuration);
      const errors = await this.#startWorkers(generation);
      if (errors.length > 0) {
        for (const error of [...errors, 'still could not bind()']) this.#options.say('emerg', error);
        this.stop();
        return false;
      }
      this.#pidFile = pidFileOf(configuration);
      if (this.#pidFile !== undefined) writePidFile(this.#pidFile);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#options.say('emerg', error);
      this.stop();
      return false;
    }
  }

  /** SIGHUP: the new configuration gets workers of its own; once they listen the old ones finish. Nothing changes when anything is wrong. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /** SIGUSR1: opens the logs anew, here and in the workers. */
  reopenLogs(): void {
    this.#log('notice', 'reopening logs');
    this.#errorLogs.reopen();
    if (this.#generation !== undefined) {
      this.#tryLogs(this.#generation.configuration);
      giveLogs(this.#generation.configuration);
    }
    this.#signal('SIGUSR1');
  }

  /** SIGWINCH: the workers finish, the master stays. */
  retireWorkers(): void {
    if (this.#generation !== undefined) this.#retire(this.#generation);
  }

  /** SIGQUIT: resolves when the workers have finished what they have. */
  async quit(): Promise<void> {
    this.#log('notice', 'signal 3 (SIGQUIT) received, shutting down');
    this.retireWorkers();
    await this.#end();
    this.stop();
  }

  /** SIGTERM: the workers end now; resolves when they have. */
  async terminate(): Promise<void> {
    this.retireWorkers();
    this.#signal('SIGTERM');
    const insist = setTimeout(() => this.#signal('SIGKILL'), 1000);
    await this.#end();
    clearTimeout(insist);
    this.stop();
  }

  /** Kills what is left of the workers, and closes. */
  stop(): void {
    if (this.#generation !== undefined) this.#generation.retired = true;
    this.#signal('SIGKILL');
    if (this.#pidFile !== undefined) removePidFile(this.#pidFile);
    this.#log('notice', 'exit');
    this.#errorLogs.close();
  }

  /** Finds out whether the logs can be opened. Throws nginx's error. Requests are logged by the workers alone. */
  #tryLogs(configuration: Configuration): void {
    openLogs(configuration, this.#errorLogs);
    makeTemporaryFolders(configuration);
    closeAccessLogs(configuration);
  }

  /** One message to the main error log. */
  #log(level: Severity, message: string): void {
    this.#errorLogs.write(this.#generation?.configuration.process.errorLog ?? [], level, undefined, message);
  }

  async #reload(): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#log('notice', 'signal 1 (SIGHUP) received, reconfiguring');
    try {
      const configuration = buildConfiguration(this.#options);
      for (const warning of configuration.warnings) this.#log('warn', warning);
      this.#tryLogs(configuration);
      const fresh: Generation = { configuration, workers: new Set(), retired: false };
      const errors = await this.#startWorkers(fresh);
      if (errors.length > 0) {
        for (const error of errors) this.#log('emerg', error);
        this.#retire(fresh);
        return;
      }
      const old = this.#generation;
      this.#generation = fresh;
      if (old !== undefined) this.#retire(old);
    } catch (error) {
      this.#log('emerg', error instanceof Error ? error.message : String(error));
    }
  }

  /** Starts the workers of a configuration; why they can't serve comes back. */
  async #startWorkers(generation: Generation): Promise<readonly string[]> {
    const { configuration } = generation;
    const known = this.#generation?.workers.size ? this.#generation.configuration.listeners : [];
    removeStaleSockets(configuration.listeners.filter(({ text }) => !known.some((listener) => listener.text === text)));
    this.#log('notice', 'start worker processes');
    const workers = Array.from({ length: configuration.process.workerProcesses }, () => this.#startWorker(generation));
    return [...new Set((await Promise.all(workers)).flat())];
  }

  #startWorker(generation: Generation): Promise<readonly string[]> {
    const child = cluster.fork();
    generation.workers.add(child);
    this.#log('notice', `start worker process ${child.process.pid}`);
    const { file, prefix, globalDirectives, errorLog } = this.#options;
    const message: Serve = {
      file,
      prefix,
      ...(globalDirectives === undefined ? {} : { globalDirectives }),
      ...(errorLog === undefined ? {} : { errorLog }),
      snapshot: generation.configuration.snapshot,
    };
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    let serving = false;
    child.send(message);
    child.once('message', (answer: Started) => {
      serving = answer.started;
      resolve(answer.started ? [] : answer.errors);
    });
    child.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      generation.workers.delete(child);
      this.#ended(child, code, signal);
      resolve([`worker process ${child.process.pid} ended before it served`]);
      // One that never served would not do so the next time either.
      if (serving && !generation.retired) void this.#startWorker(generation);
      if (generation.workers.size === 0) this.#old.delete(generation);
      this.#ending?.();
    });
    return promise;
  }

  #ended(child: Child, code: number | null, signal: NodeJS.Signals | null): void {
    const { pid } = child.process;
    if (signal === null) {
      const fatal = code === 2 ? ' and cannot be respawned' : '';
      this.#log(code === 0 ? 'notice' : 'alert', `worker process ${pid} exited with code ${code}${fatal}`);
    } else {
      this.#log('alert', `worker process ${pid} exited on signal ${constants.signals[signal]}`);
    }
  }

  #retire(generation: Generation): void {
    if (generation.retired) return;
    generation.retired = true;
    if (generation.workers.size === 0) return;
    this.#old.add(generation);
    for (const { process: worker } of generation.workers) worker.kill('SIGQUIT');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const child of Object.values(cluster.workers ?? {})) child?.process.kill(signal);
  }

  /** Resolves when no worker is left. */
  #end(): Promise<void> {
    return new Promise((resolve) => {
      this.#ending = () => {
        if (Object.values(cluster.workers ?? {}).every((child) => child === undefined || child.isDead())) resolve();
      };
      this.#ending();
    });
  }
}
