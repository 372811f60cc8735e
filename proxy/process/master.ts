import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { ConfigError } from '../config/index.ts';
import { buildConfiguration } from '../http/build-configuration.ts';
import type { Configuration, Severity } from '../http/configuration.ts';
import { ErrorLogs } from '../http/error-log.ts';
import { takeCharge } from './charge.ts';
import { Child, type Ended } from './child.ts';
import { ListeningSockets } from './listening.ts';
import { closeAccessLogs, giveLogs, openLogs } from './logs.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { makeTemporaryFolders } from './temporary-folders.ts';
import { TrafficHost } from './traffic-host.ts';
import { oldName, renamePidFile, startSuccessor, takeInherited } from './upgrade.ts';
import { pidFileOf, type StartOptions } from './worker.ts';
import { ZoneHost } from './zone-host.ts';

/** One configuration and the workers that serve it. */
interface Generation {
  readonly configuration: Configuration;
  readonly workers: Set<Child>;
  /** All its workers have served: one that dies is replaced, whenever it dies. */
  started: boolean;
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
  readonly #program: string;
  readonly #errorLogs = new ErrorLogs();
  readonly #listening = new ListeningSockets();
  readonly #workers = new Set<Child>();
  readonly #zones = new ZoneHost();
  readonly #traffic = new TrafficHost();
  readonly #parent = process.ppid;
  /** Another program handed its sockets over. */
  #inherited = false;
  #generation: Generation | undefined;
  #pidFile: string | undefined;
  /** The program that is to take this one's place. */
  #successor: ChildProcess | undefined;
  #reloading = Promise.resolve();
  /** It was told to end: no worker is started any more. */
  #over = false;
  /** Set when the last worker's end is to be the master's. */
  #ending: (() => void) | undefined;

  /** Waiting for signals keeps no Node process alive, and for a while there may be no worker that does. */
  readonly #stays = setInterval(() => undefined, 2 ** 30);

  /** `program` is what a worker runs; it finds out by itself that it is one. */
  constructor(options: StartOptions, program: string) {
    this.#options = options;
    this.#program = program;
    process.title = `nginx: master process nginx ${process.argv.slice(2).join(' ')}`;
  }

  /** Starts the workers; false, with nothing left running, when they can't serve. The pid file appears when every socket listens. */
  async start(configuration: Configuration): Promise<boolean> {
    const generation = newGeneration(configuration);
    this.#generation = generation;
    try {
      this.#tryLogs(configuration);
      this.#inherit();
      const { workerProcesses } = configuration.process;
      const { errors, use } = this.#listening.open(configuration.listeners, workerProcesses);
      const problems = errors.length > 0 ? [...errors, 'still could not bind()'] : await this.#startWorkers(generation);
      if (problems.length > 0) {
        for (const problem of problems) this.#complain(problem);
        this.stop();
        return false;
      }
      use();
      takeCharge(configuration);
      this.#pidFile = pidFileOf(configuration);
      if (this.#pidFile !== undefined) writePidFile(this.#pidFile);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#complain(error);
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

  /**
   * SIGWINCH: the workers finish, the master and the sockets stay. Only for a daemon: a server in the foreground gets
   * this signal whenever its terminal changes its size.
   */
  retireWorkers(): void {
    if (this.#options.daemon !== true && !this.#inherited) return;
    this.#log('notice', 'signal 28 (SIGWINCH) received, stop accepting connections');
    this.#retireGeneration();
  }

  /** SIGUSR2: starts the program anew, which takes over the sockets and serves beside this one until one of them ends. */
  upgrade(): void {
    const ignored = this.#inherited && this.#parent > 1 && process.ppid === this.#parent;
    if (ignored || this.#successor !== undefined) {
      const words = 'the changing binary signal is ignored: you should shutdown or terminate before either old or new';
      this.#log('notice', `signal 12 (SIGUSR2) received, ignoring`);
      this.#log('crit', `${words} binary's process`);
      return;
    }
    this.#log('notice', 'signal 12 (SIGUSR2) received, changing binary');
    this.#log('notice', 'changing binary');
    if (this.#pidFile !== undefined && !this.#movePidFile(this.#pidFile, oldName(this.#pidFile))) return;
    const successor = startSuccessor(this.#listening);
    this.#successor = successor;
    this.#log('notice', `start new binary process ${successor.pid}`);
    const over = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (this.#successor === undefined) return;
      this.#successor = undefined;
      this.#logEnd(`new binary process ${successor.pid}`, { code, signal });
      if (this.#pidFile !== undefined && !this.#over) {
        this.#movePidFile(oldName(this.#pidFile), this.#pidFile);
      }
      this.#reloading = this.#reloading.then(() => this.#reviveRetired());
    };
    successor.once('exit', over);
    successor.once('error', () => over(1, null));
  }

  /** SIGQUIT: resolves when the workers have finished what they have. */
  async quit(): Promise<void> {
    this.#log('notice', 'signal 3 (SIGQUIT) received, shutting down');
    this.#over = true;
    // Workers that are being started can't be told yet to finish what they have.
    await this.#reloading;
    const ended = this.#end();
    this.#retireGeneration();
    this.#closeSockets();
    await ended;
    this.stop();
  }

  /** SIGTERM: the workers end now; resolves when they have. */
  async terminate(): Promise<void> {
    this.#log('notice', 'signal 15 (SIGTERM) received, exiting');
    this.#over = true;
    const ended = this.#end();
    this.#signal('SIGTERM');
    const insist = setTimeout(() => this.#signal('SIGKILL'), 1000);
    await ended;
    clearTimeout(insist);
    this.stop();
  }

  /** Kills what is left of the workers, and closes. */
  stop(): void {
    this.#over = true;
    clearInterval(this.#stays);
    this.#signal('SIGKILL');
    this.#closeSockets();
    if (this.#pidFile !== undefined) {
      removePidFile(this.#successor === undefined ? this.#pidFile : oldName(this.#pidFile));
    }
    this.#log('notice', 'exit');
    this.#errorLogs.close();
  }

  /** Why it can't start, on the terminal and in the log. */
  #complain(problem: string | ConfigError): void {
    this.#options.say('emerg', problem);
    this.#log('emerg', typeof problem === 'string' ? problem : problem.message);
  }

  #inherit(): void {
    const list = takeInherited();
    if (list === undefined) return;
    this.#inherited = true;
    this.#log('notice', `using inherited sockets from "${decodeURIComponent(list)}"`);
    this.#listening.inherit(list);
  }

  /** What a successor (or a predecessor) serves on as well must stay as it is; the end of the process closes it. */
  #closeSockets(): void {
    const shared = this.#inherited && this.#parent > 1 && process.ppid === this.#parent;
    if (this.#successor === undefined && !shared) this.#listening.close();
  }

  #movePidFile(from: string, to: string): boolean {
    const problem = renamePidFile(from, to);
    if (problem !== undefined) this.#log('alert', problem);
    return problem === undefined;
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
    if (this.#over) return;
    if (this.#successor !== undefined) {
      this.#log('notice', 'signal 1 (SIGHUP) received');
      await this.#reviveRetired();
      return;
    }
    this.#log('notice', 'signal 1 (SIGHUP) received, reconfiguring');
    try {
      const configuration = buildConfiguration({ ...this.#options, previous: this.#generation?.configuration });
      for (const warning of configuration.warnings) this.#log('warn', warning);
      this.#tryLogs(configuration);
      const { errors, use } = this.#listening.open(configuration.listeners, configuration.process.workerProcesses);
      for (const error of errors) this.#log('emerg', error);
      if (errors.length > 0) return;
      const fresh = newGeneration(configuration);
      const problems = await this.#startWorkers(fresh);
      if (problems.length > 0) {
        // Those that were stopped while they were being started are no problem of the configuration.
        for (const problem of this.#over ? [] : problems) this.#log('emerg', problem);
        this.#retire(fresh);
        return;
      }
      const old = this.#generation;
      this.#generation = fresh;
      this.#movePid(old, fresh);
      use();
      takeCharge(configuration, old?.configuration);
      if (old !== undefined) this.#retire(old);
    } catch (error) {
      this.#log('emerg', error instanceof Error ? error.message : String(error));
    }
  }

  /** A configuration may name another pid file than the one before. */
  #movePid(old: Generation | undefined, fresh: Generation): void {
    const file = pidFileOf(fresh.configuration);
    if (old === undefined || file === this.#pidFile) return;
    if (file !== undefined) writePidFile(file);
    if (this.#pidFile !== undefined) removePidFile(this.#pidFile);
    this.#pidFile = file;
  }

  /** New workers for the configuration at work when its own were sent away. */
  async #reviveRetired(): Promise<void> {
    if (this.#generation?.retired !== true || this.#over) return;
    const generation = newGeneration(this.#generation.configuration);
    this.#generation = generation;
    for (const problem of await this.#startWorkers(generation)) this.#log('emerg', problem);
  }

  /** Starts the workers of a configuration; why they can't serve comes back. */
  async #startWorkers(generation: Generation): Promise<readonly string[]> {
    const { configuration } = generation;
    this.#log('notice', 'start worker processes');
    const { workerProcesses } = configuration.process;
    const workers = Array.from({ length: workerProcesses }, (_, number) => this.#startWorker(generation, number));
    const problems = [...new Set((await Promise.all(workers)).flat())];
    generation.started = problems.length === 0;
    return problems;
  }

  #startWorker(generation: Generation, number: number): Promise<readonly string[]> {
    const { configuration } = generation;
    const child = new Child(this.#program, number, configuration, this.#listening);
    generation.workers.add(child);
    this.#workers.add(child);
    this.#log('notice', `start worker process ${child.pid}`);
    child.process.once('exit', (code, signal) => {
      generation.workers.delete(child);
      this.#workers.delete(child);
      const respawn = (child.served || generation.started) && !generation.retired && !this.#over;
      this.#logEnd(`worker process ${child.pid}`, { code, signal }, respawn);
      if (respawn && code !== 2) void this.#startWorker(generation, number);
      this.#ending?.();
    });
    return child.serve(this.#options, this.#zones, this.#traffic);
  }

  #logEnd(who: string, { code, signal }: Ended, respawn = false): void {
    if (signal !== null) this.#log('alert', `${who} exited on signal ${constants.signals[signal]}`);
    else this.#log('notice', `${who} exited with code ${code}`);
    if (code === 2 && respawn) this.#log('alert', `${who} exited with fatal code 2 and cannot be respawned`);
  }

  #retireGeneration(): void {
    if (this.#generation !== undefined) this.#retire(this.#generation);
  }

  #retire(generation: Generation): void {
    if (generation.retired) return;
    generation.retired = true;
    for (const worker of generation.workers) worker.kill('SIGQUIT');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const worker of this.#workers) worker.kill(signal);
  }

  /** Resolves when no worker is left. */
  #end(): Promise<void> {
    return new Promise((resolve) => {
      this.#ending = () => {
        if (this.#workers.size === 0) resolve();
      };
      this.#ending();
    });
  }
}

function newGeneration(configuration: Configuration): Generation {
  return { configuration, workers: new Set(), started: false, retired: false };
}
