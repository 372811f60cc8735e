import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, systemPath } from '../config/index.ts';
import { buildConfiguration } from '../http/build-configuration.ts';
import type { Configuration, Severity } from '../http/configuration.ts';
import { type AcceptSecure, Engine } from '../http/engine.ts';
import { ErrorLogs } from '../http/error-log.ts';
import type { Module } from '../http/module.ts';
import { OwnTraffic, type TrafficKeeper } from '../http/traffic.ts';
import type { ZoneKeeper } from '../http/zone-keeper.ts';
import { accessLogFiles } from '../modules/log.ts';
import { takeCharge } from './charge.ts';
import { closeAccessLogs, openLogs } from './logs.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { Sockets } from './sockets.ts';
import { makeTemporaryFolders } from './temporary-folders.ts';

/** How a process was started. */
export interface StartOptions {
  readonly file: string;
  readonly prefix: string;
  readonly modules: readonly Module[];
  readonly acceptSecure?: AcceptSecure;
  readonly globalDirectives?: string;
  /** `-e`: where errors go when no `error_log` says it. */
  readonly errorLog?: string;
  /** The open sockets of one of a master's workers, by address: they, the pid file and reloading are the master's. */
  readonly sockets?: ReadonlyMap<string, number>;
  /** Who has the shared zones of a configuration; this process when not given. */
  readonly zones?: (configuration: Configuration) => ZoneKeeper;
  /** Whom requests ask for the counts of all processes, given where this one counts its own; itself when not given. */
  readonly traffic?: (own: OwnTraffic) => TrafficKeeper;
  /** It runs in the background. */
  readonly daemon?: boolean;
  /** `--trace`: where to write how each request was treated, a line of JSON each. */
  readonly traceFile?: string;
  /** Shows a message in nginx's form on the terminal. */
  readonly say: (level: 'warn' | 'emerg', error: string | ConfigError) => void;
}

/**
 * A process that serves: it builds the configuration, opens the sockets, and answers. It is the only one with
 * `master_process off`; otherwise a master (`master.ts`) has one or more of these.
 */
export class Worker {
  readonly #options: StartOptions;
  readonly #errorLogs = new ErrorLogs();
  readonly #sockets: Sockets;
  readonly #ownTraffic = new OwnTraffic();
  readonly #traffic: TrafficKeeper;
  /** The configuration at work. */
  #engine: Engine | undefined;
  /** Configurations that a reload replaced, while they finish what they have. */
  readonly #retired = new Set<Promise<void>>();
  #pidFile: string | undefined;
  #reloading = Promise.resolve();
  #quitting = false;

  constructor(options: StartOptions) {
    this.#options = options;
    this.#traffic = options.traffic?.(this.#ownTraffic) ?? this.#ownTraffic;
    this.#sockets = new Sockets(() => this.#engine!, options.sockets);
  }

  /** Serves; false, with nothing left open, when it can't. The pid file appears when every socket listens. */
  async start(configuration: Configuration): Promise<boolean> {
    try {
      const started = await this.#switch(configuration, (error) => this.#options.say('emerg', error));
      if (!started) {
        if (!this.#underMaster) this.#options.say('emerg', 'still could not bind()');
        return false;
      }
      if (this.#underMaster) return true;
      this.#pidFile = pidFileOf(configuration);
      if (this.#pidFile !== undefined) writePidFile(this.#pidFile);
      return true;
    } catch (error) {
      this.#sockets.closeAll();
      if (!(error instanceof ConfigError)) throw error;
      this.#options.say('emerg', error);
      return false;
    }
  }

  get #underMaster(): boolean {
    return this.#options.sockets !== undefined;
  }

  /** SIGHUP: builds the new configuration completely, then changes over; keeps the old one when anything is wrong. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /** SIGUSR1. */
  reopenLogs(): void {
    this.#errorLogs.reopen();
    const http = this.#engine?.configuration.http;
    if (http !== undefined) for (const file of accessLogFiles(http)) file.open();
  }

  /** SIGQUIT: takes no more connections and resolves when those at work are done, or `worker_shutdown_timeout` is over. */
  async quit(): Promise<void> {
    if (this.#quitting) return;
    this.#quitting = true;
    // What a reload is just opening is closed as well.
    await this.#reloading;
    this.#log('notice', 'gracefully shutting down');
    this.#sockets.closeAll();
    if (this.#engine !== undefined) this.#retire(this.#engine);
    const done = Promise.all(this.#retired);
    const limit = this.#engine?.configuration.process.workerShutdownTimeout ?? 0;
    await (limit === 0 ? done : Promise.race([done, new Promise((resolve) => setTimeout(resolve, limit))]));
    this.stop();
  }

  /** SIGTERM: everything ends now. */
  async terminate(): Promise<void> {
    this.stop();
  }

  /** Closes everything. */
  stop(): void {
    this.#log('notice', 'exit');
    this.#sockets.closeAll();
    this.#engine?.stop();
    if (this.#pidFile !== undefined) removePidFile(this.#pidFile);
    if (this.#engine !== undefined) closeAccessLogs(this.#engine.configuration);
    this.#errorLogs.close();
  }

  async #reload(): Promise<void> {
    if (this.#quitting) return;
    this.#log('notice', 'signal 1 (SIGHUP) received, reconfiguring');
    try {
      const configuration = buildConfiguration({ ...this.#options, previous: this.#engine?.configuration });
      for (const warning of configuration.warnings) this.#log('warn', warning);
      await this.#switch(configuration, (error) => this.#log('emerg', error));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#log('emerg', message);
    }
  }

  /** False when a socket could not be opened; nothing has changed then. */
  async #switch(configuration: Configuration, complain: (error: string) => void): Promise<boolean> {
    openLogs(configuration, this.#errorLogs);
    if (!this.#underMaster) makeTemporaryFolders(configuration);
    const old = this.#engine;
    const { acceptSecure, traceFile } = this.#options;
    const traces = traceFile === undefined ? undefined : (await import('./trace-file.ts')).tracesTo(traceFile);
    const zones = this.#options.zones?.(configuration);
    const engine = new Engine(configuration, {
      acceptSecure,
      errorLogs: this.#errorLogs,
      zones,
      ownTraffic: this.#ownTraffic,
      traffic: this.#traffic,
      traces,
    });
    // The first socket may bring a connection while the second one is being opened: somebody must be there for it.
    this.#engine ??= engine;
    const { errors, use } = await this.#sockets.prepare(configuration.listeners);
    for (const error of errors) complain(error);
    if (errors.length > 0) {
      engine.stop();
      this.#engine = old;
      return false;
    }
    this.#engine = engine;
    use();
    if (!this.#underMaster) takeCharge(configuration, old?.configuration);
    if (old !== undefined) this.#retire(old);
    return true;
  }

  #retire(engine: Engine): void {
    const done = engine.quit().then(() => {
      this.#retired.delete(done);
      closeAccessLogs(engine.configuration);
    });
    this.#retired.add(done);
  }

  /** One message to the main error log. */
  #log(level: Severity, message: string): void {
    this.#errorLogs.write(this.#engine?.configuration.process.errorLog ?? [], level, undefined, message);
  }
}

/** Where the pid goes: the `pid` directive, or nginx's own default if there is such a folder. */
export function pidFileOf(configuration: Configuration): string | undefined {
  if (configuration.process.pid !== undefined) return configuration.process.pid;
  const file = path.join(configuration.prefix, 'logs/nginx.pid');
  return existsSync(systemPath(path.dirname(file))) ? file : undefined;
}
