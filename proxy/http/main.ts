import { availableParallelism } from 'node:os';
import type { Context, Directive } from '../config/directive.ts';
import { ConfigError, flag, number, size, time } from '../config/index.ts';
import { accepted } from './accepted.ts';
import { accountNumber } from './accounts.ts';
import type { ErrorLog, ProcessConfiguration, Severity } from './configuration.ts';
import type { Build, Configurations, DirectiveSpec, Module } from './module.ts';
import { Syslog } from './syslog.ts';

/** The main context while the file is read: what isn't set is missing. */
export interface MainState extends Partial<Omit<ProcessConfiguration, 'errorLog'>> {
  errorLog?: ErrorLog[];
  events?: boolean;
}

const main: readonly Context[] = ['main'];
const events: readonly Context[] = ['events'];

function slot(
  name: string,
  key: keyof MainState,
  read: (directive: Directive, build: Build) => unknown,
  contexts: readonly Context[] = main,
): DirectiveSpec {
  return {
    name,
    contexts,
    level: 'main',
    arguments: read === flag ? 'flag' : 1,
    set(state: Record<string, unknown>, directive, build) {
      if (state[key] !== undefined) build.fail(`"${name}" directive is duplicate`);
      state[key] = read(directive, build);
    },
  };
}

/** What stands in the main context and in `events`: nginx's core, events and pcre modules. Source: https://nginx.org/en/docs/ngx_core_module.html */
export const mainModule: Module = {
  name: 'ngx_core_module',
  directives: [
    {
      name: 'events',
      contexts: main,
      arguments: 0,
      block: true,
      level: 'main',
      set(state: MainState, directive, build) {
        if (state.events === true) build.fail('"events" directive is duplicate');
        state.events = true;
        build.block(directive, 'events', []);
      },
    },
    {
      name: 'user',
      contexts: main,
      arguments: [1, 2],
      level: 'main',
      set(state: MainState, directive, build) {
        if (state.user !== undefined) build.fail('"user" directive is duplicate');
        const name = directive.words[0]!.text;
        state.user = { name, group: directive.words[1]?.text ?? name };
        if (process.geteuid?.() !== 0) {
          build.warn(
            'the "user" directive makes sense only if the master process runs with super-user privileges, ignored',
          );
        } else if (process.platform === 'linux') {
          if (accountNumber('user', name) === undefined) build.fail(`getpwnam("${name}") failed`);
          if (accountNumber('group', state.user.group) === undefined)
            build.fail(`getgrnam("${state.user.group}") failed`);
        }
      },
    },
    {
      name: 'error_log',
      contexts: main,
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'main',
      set(state: MainState, directive, build) {
        state.errorLog = [...(state.errorLog ?? []), errorLogOf(directive, build)];
      },
    },
    {
      name: 'load_module',
      contexts: main,
      arguments: 1,
      level: 'main',
      set(_, directive, build) {
        const file = build.path(directive.words[0]!.text);
        build.fail(`dlopen() "${file}" failed (${file}: modules of nginx can't be loaded here)`);
      },
    },
    {
      name: 'include',
      contexts: [
        'main',
        'events',
        'http',
        'server',
        'location',
        'upstream',
        'if in server',
        'if in location',
        'limit_except',
      ],
      arguments: 1,
      level: 'main',
      // An `include` with one word was replaced by what it names; only others come here, for their error.
      set: () => undefined,
    },
    slot('pid', 'pid', (directive, build) => build.path(text(directive))),
    slot('daemon', 'daemon', flag),
    slot('master_process', 'masterProcess', flag),
    slot('worker_processes', 'workerProcesses', workerProcesses),
    slot('worker_shutdown_timeout', 'workerShutdownTimeout', (directive) => time(directive)),
    slot('working_directory', 'workingDirectory', text),
    slot('worker_connections', 'workerConnections', workerConnections, events),
    accepted('main', 'worker_rlimit_nofile', main, (directive) => number(directive)),
    accepted('main', 'worker_rlimit_core', main, (directive) => size(directive)),
    accepted('main', 'worker_priority', main, () => undefined),
    accepted('main', 'worker_cpu_affinity', main, () => undefined, [1, Number.POSITIVE_INFINITY]),
    accepted('main', 'timer_resolution', main, (directive) => time(directive)),
    accepted('main', 'thread_pool', main, () => undefined, [2, 3]),
    accepted('main', 'lock_file', main, () => undefined),
    accepted('main', 'pcre_jit', main, flag),
    accepted('main', 'ssl_engine', main, () => undefined),
    accepted('main', 'env', main, () => undefined),
    accepted('main', 'debug_points', main, () => undefined),
    accepted('main', 'multi_accept', events, flag),
    accepted('main', 'accept_mutex', events, flag),
    accepted('main', 'accept_mutex_delay', events, (directive) => time(directive)),
    accepted('main', 'worker_aio_requests', events, (directive) => number(directive)),
    accepted('main', 'debug_connection', events, () => undefined),
    accepted('main', 'use', events, eventMethod),
  ],
  createMain: (): MainState => ({}),
};

function text(directive: Directive): string {
  return directive.words[0]!.text;
}

function workerProcesses(directive: Directive, build: Build): number {
  const word = text(directive);
  if (word === 'auto') return availableParallelism();
  const count = /^\d{1,6}$/.test(word) ? Number(word) : 0;
  if (count === 0) build.fail('"worker_processes" directive invalid value');
  return count;
}

function workerConnections(directive: Directive, build: Build): number {
  const word = text(directive);
  return /^\d{1,15}$/.test(word) ? Number(word) : build.fail(`invalid number "${word}"`);
}

function eventMethod(directive: Directive): void {
  const method = text(directive);
  if (/^(epoll|kqueue|poll|select|eventport|\/dev\/poll)$/.test(method)) return;
  throw new ConfigError(`invalid event type "${method}"`);
}

const severities: readonly Severity[] = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'];

/** `error_log file|stderr [level]`. Source: ngx_log_set_log. */
export function errorLogOf(directive: Directive, build: Build): ErrorLog {
  const [file, level, ...more] = directive.words.map((word) => word.text) as [string, ...string[]];
  if (file.startsWith('memory:')) build.fail('error_log to memory is not supported here');
  if (file.startsWith('syslog:')) new Syslog(file.slice('syslog:'.length)).close();
  const found = level === undefined ? 'error' : severities.find((severity) => severity === level);
  if (found === undefined) build.fail(`invalid log level "${level}"`);
  if (more.length > 0) build.fail(`duplicate log level "${more[0]}"`);
  return { file: file === 'stderr' || file.startsWith('syslog:') ? file : build.path(file), level: found! };
}

/** The main context with its defaults. Throws when there is no `events`. */
export function processConfiguration(top: Configurations, errorLog: string): ProcessConfiguration {
  const state = top.main.get(mainModule) as MainState;
  if (state.events !== true) throw new ConfigError('no "events" section in configuration');
  return {
    user: state.user,
    workerProcesses: state.workerProcesses ?? 1,
    workerConnections: state.workerConnections ?? 512,
    pid: state.pid,
    daemon: state.daemon ?? false,
    masterProcess: state.masterProcess ?? true,
    errorLog: state.errorLog ?? [{ file: errorLog, level: 'error' }],
    workingDirectory: state.workingDirectory,
    workerShutdownTimeout: state.workerShutdownTimeout ?? 0,
  };
}
