import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { ConfigError, failedCall, systemPath } from './config/index.ts';
import { buildConfiguration } from './http/build-configuration.ts';
import type { Configuration } from './http/configuration.ts';
import { ErrorLogs } from './http/error-log.ts';
import { VERSION } from './http/version.ts';
import { modules } from './modules/index.ts';
import { acceptSecure } from './modules/ssl.ts';
import { ArgumentError, type Arguments, help, parseArguments } from './process/arguments.ts';
import { daemonServes, startDaemon } from './process/daemon.ts';
import { openLogs } from './process/logs.ts';
import { readPidFile } from './process/pid-file.ts';
import { takeRole } from './process/role.ts';
import { type Controlled, obeySignals, signalNames } from './process/signals.ts';
import { makeTemporaryFolders } from './process/temporary-folders.ts';
import { pidFileOf, type StartOptions, Worker } from './process/worker.ts';

/**
 * nginx's command line, without the program's own name; a process that a master has started is a worker of it instead.
 * Returns the exit code, or undefined when a server runs now. Source: https://nginx.org/en/docs/switches.html
 */
export async function main(words: readonly string[]): Promise<number | undefined> {
  const role = takeRole();
  if (role === 'worker')
    return (await import('./process/worker-process.ts')).runWorkerProcess({ modules, acceptSecure });
  let flags: Arguments;
  try {
    flags = parseArguments(words);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    tell(`nginx: ${error.message}`);
    return 1;
  }
  if (flags.help || flags.version || flags.configure) {
    tell(`nginx version: nginx/${VERSION}`);
    if (flags.configure) {
      tell(`built with Node.js ${process.version}\nbuilt with OpenSSL ${process.versions.openssl}`);
      tell('TLS SNI support enabled\nconfigure arguments:');
    }
    if (flags.help) process.stderr.write(help);
    if (!flags.test && !flags.dump) return 0;
  }
  const options = startOptions(flags);
  if (options.errorLog !== undefined && options.errorLog !== 'stderr') tryErrorLog(options.errorLog);
  if (flags.test || flags.dump) return test(options, flags);
  if (flags.signal !== undefined) return signal(options, flags.signal);
  return serve(options, role === 'daemon');
}

/** Runs until a signal ends it: a master with its workers, or one process when the configuration says `master_process off`. */
async function serve(options: StartOptions, daemon: boolean): Promise<number | undefined> {
  const configuration = read(options);
  if (configuration === undefined) return 1;
  // What another program hands its sockets to is in the background as it is.
  if (configuration.process.daemon && !daemon && process.env.NGINX === undefined) return startDaemon();
  for (const warning of configuration.warnings) say('warn', warning);
  if ((await run({ ...options, daemon }, configuration, obeySignals)) === undefined) return 1;
  if (daemon) daemonServes();
  return undefined;
}

/**
 * Starts a server with these arguments, in this process, and returns it running, or the exit code when it didn't start. Signals are
 * left to the caller.
 */
export async function startServer(words: readonly string[]): Promise<Controlled | number> {
  const options = startOptions(parseArguments(words));
  const configuration = read(options);
  if (configuration === undefined) return 1;
  for (const warning of configuration.warnings) say('warn', warning);
  return (await run(options, configuration, () => {})) ?? 1;
}

/** The configuration; `undefined` when it is wrong, which has then been said. */
function read(options: StartOptions): Configuration | undefined {
  const warnings: string[] = [];
  try {
    return buildConfiguration({ ...options, onWarning: (warning) => warnings.push(warning) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const warning of warnings) say('warn', warning);
    say('emerg', error);
    return undefined;
  }
}

async function run(
  options: StartOptions,
  configuration: Configuration,
  beforeStart: (server: Controlled) => void,
): Promise<Controlled | undefined> {
  const server = configuration.process.masterProcess
    ? new (await import('./process/master.ts')).Master(options, process.argv[1]!)
    : new Worker(options);
  beforeStart(server);
  return (await server.start(configuration)) ? server : undefined;
}

function startOptions(flags: Arguments): StartOptions {
  const file = path.resolve(flags.prefix ?? '.', flags.file ?? '/etc/nginx/nginx.conf');
  const prefix = flags.prefix === undefined ? path.dirname(file) : path.resolve(flags.prefix);
  const { errorLog, globalDirectives, traceFile } = flags;
  return {
    file,
    prefix,
    modules,
    acceptSecure,
    say,
    ...(errorLog === undefined ? {} : { errorLog: errorLog === 'stderr' ? errorLog : path.resolve(prefix, errorLog) }),
    ...(globalDirectives === undefined ? {} : { globalDirectives }),
    ...(traceFile === undefined ? {} : { traceFile: path.resolve(traceFile) }),
  };
}

/** `-t` and `-T`: reads everything, opens the logs, and says what nginx would. */
function test(options: StartOptions, { quiet, dump }: Arguments): number {
  const { file } = options;
  const errorLogs = new ErrorLogs();
  try {
    const onSyntaxOk = (): void => {
      if (!quiet) tell(`nginx: the configuration file ${file} syntax is ok`);
    };
    const warned = (warning: string): void => say('warn', warning);
    const configuration = buildConfiguration({ ...options, onSyntaxOk, onWarning: warned });
    openLogs(configuration, errorLogs);
    makeTemporaryFolders(configuration);
    if (!quiet) tell(`nginx: configuration file ${file} test is successful`);
    if (dump) {
      for (const [name, text] of configuration.snapshot.files) {
        process.stdout.write(Buffer.from(`# configuration file ${name}:\n${text}\n`, 'latin1'));
      }
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say('emerg', error);
    tell(`nginx: configuration file ${file} test failed`);
    return 1;
  } finally {
    errorLogs.close();
  }
}

/** Makes the file of `-e`; one that can't be opened is told of, and the server starts all the same. Source: ngx_log_init. */
function tryErrorLog(file: string): void {
  try {
    closeSync(openSync(systemPath(file), 'a'));
  } catch (error) {
    say('alert', `could not open error log file: ${failedCall('open', file, error)}`);
  }
}

/** `-s`: tells the running server. */
function signal(options: StartOptions, name: string): number {
  const configuration = read(options);
  if (configuration === undefined) return 1;
  say('notice', 'signal process started');
  try {
    const pidFile = pidFileOf(configuration);
    if (pidFile === undefined) throw new ConfigError('the configuration has no "pid" directive');
    const pid = readPidFile(pidFile);
    try {
      process.kill(pid, signalNames[name]!);
    } catch (error) {
      say(
        'alert',
        failedCall('kill', '', error).replace('() ""', `(${pid}, ${constants.signals[signalNames[name]!]})`),
      );
      return 1;
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say('error', error);
    return 1;
  }
}

function say(level: 'notice' | 'warn' | 'error' | 'alert' | 'emerg', error: string | ConfigError): void {
  tell(`nginx: [${level}] ${typeof error === 'string' ? error : error.message}`);
  if (typeof error !== 'string' && error.suggestion !== undefined) tell(`did you mean "${error.suggestion}"?`);
}

/** Names and texts of the configuration are bytes, so they go out as they came in. */
function tell(text: string): void {
  process.stderr.write(Buffer.from(`${text}\n`, 'latin1'));
}
