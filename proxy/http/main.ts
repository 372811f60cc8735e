import { availableParallelism } from 'node:os';
import type { Context, Directive } from '../config/directive.ts';
import { ConfigError, flag, number, offset, oneOf, PlacelessError, time } from '../config/index.ts';
import { accepted } from './accepted.ts';
import { accountNumber } from './accounts.ts';
import { parseNetwork } from './addresses.ts';
import type { ErrorLog, ProcessConfiguration, Severity } from './configuration.ts';
import { hostAddresses } from './host-and-port.ts';
import type { Build, Configurations, DirectiveSpec, Module } from './module.ts';
import { Syslog } from './syslog.ts';

/** The main context while the file is read: what isn't set is missing. */
export interface MainState extends Partial<Omit<ProcessConfiguration, 'errorLog'>> {
  errorLog?: ErrorLog[];
  events?: boolean;
  /** Masks of `worker_cpu_affinity`. */
  cpuMasks?: number;
  /** Names of `thread_pool`s. */
  threadPools?: Set<string>;
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
    slot('worker_priority', 'workerPriority', workerPriority),
    { ...slot('worker_cpu_affinity', 'cpuMasks', cpuMasks), arguments: [1, Number.POSITIVE_INFINITY] },
    {
      name: 'env',
      contexts: main,
      arguments: 1,
      level: 'main',
      set(state: MainState, directive) {
        const [, name, value] = /^([^=]+)=(.*)$/s.exec(text(directive)) ?? [];
        if (name !== undefined) state.environment = { ...state.environment, [name]: value! };
      },
    },
    accepted('main', 'worker_rlimit_nofile', main, (directive) => number(directive)),
    accepted('main', 'worker_rlimit_core', main, (directive) => offset(directive)),
    accepted('main', 'timer_resolution', main, (directive) => time(directive)),
    accepted('main', 'lock_file', main, text),
    accepted('main', 'pcre_jit', main, flag),
    accepted('main', 'debug_points', main, (directive) => oneOf(directive, ['stop', 'abort'])),
    accepted('main', 'multi_accept', events, flag),
    accepted('main', 'accept_mutex', events, flag),
    accepted('main', 'accept_mutex_delay', events, (directive) => time(directive)),
    accepted('main', 'worker_aio_requests', events, (directive) => number(directive)),
    accepted('main', 'epoll_events', events, (directive) => number(directive)),
    accepted('main', 'use', events, eventMethod),
    { name: 'thread_pool', contexts: main, arguments: [2, 3], level: 'main', set: setThreadPool },
    accepted('main', 'ssl_engine', main, () => undefined),
    { name: 'debug_connection', contexts: events, arguments: 1, level: 'main', set: setDebugConnection },
  ],
  createMain: (): MainState => ({}),
};

/** `nice` as the system takes it: higher is less. */
function workerPriority(directive: Directive, build: Build): number {
  const word = text(directive);
  return /^[+-]?\d{1,9}$/.test(word) ? Number(word) : build.fail('"worker_priority" directive invalid number');
}

/** `thread_pool name threads=N [max_queue=N]`. Source: ngx_thread_pool. */
function setThreadPool(state: MainState, { words }: Directive, build: Build): void {
  const [name, ...parameters] = words.map((word) => word.text) as [string, ...string[]];
  state.threadPools ??= new Set();
  if (state.threadPools.has(name)) build.fail(`duplicate thread pool "${name}"`);
  state.threadPools.add(name);
  let threads = 0;
  for (const parameter of parameters) {
    const [, what, value = ''] = /^(threads|max_queue)=(.*)$/s.exec(parameter) ?? [];
    if (what === undefined) continue;
    const count = /^\d{1,15}$/.test(value) ? Number(value) : -1;
    if (count < 0 || (what === 'threads' && count === 0)) build.fail(`invalid ${what} value "${parameter}"`);
    if (what === 'threads') threads = count;
  }
  if (threads === 0) build.fail('"thread_pool" must have "threads" parameter');
}

/** `debug_connection address | network | name | unix:`. Source: ngx_event_debug_connection. */
function setDebugConnection(_: MainState, directive: Directive, build: Build): void {
  const word = text(directive);
  if (word === 'unix:') return;
  const network = parseNetwork(word);
  if (network?.loose === true) build.warn(`low address bits of ${word} are meaningless`);
  if (network === undefined && hostAddresses(word) === undefined) {
    build.fail(`host not found in debug_connection "${word}"`);
  }
}

/** How many masks there are; 0 for `auto`, which fits any number of workers. */
function cpuMasks({ words }: Directive, build: Build): number {
  const auto = words[0]!.text === 'auto';
  for (const { text: mask } of words.slice(auto ? 1 : 0)) {
    const stranger = /[^01]/.exec(mask)?.[0];
    if (stranger !== undefined) build.fail(`invalid character "${stranger}" in "worker_cpu_affinity"`);
  }
  return auto ? 0 : words.length;
}

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
  if (method === (process.platform === 'linux' ? 'epoll' : 'kqueue')) return;
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

/** The main context with its defaults. Throws when there is no `events`, or when a worker couldn't even listen on so many sockets. */
export function processConfiguration(
  top: Configurations,
  errorLog: string,
  sockets: number,
  warn: (warning: string) => void,
): ProcessConfiguration {
  const state = top.main.get(mainModule) as MainState;
  if (state.events !== true) throw new ConfigError('no "events" section in configuration');
  const { cpuMasks: masks = 0, workerConnections: most = 512, workerProcesses: workers = 1 } = state;
  if (masks > 0 && masks !== workers) {
    const words = 'the number of "worker_processes" is not equal to the number of "worker_cpu_affinity" masks';
    warn(`${words}, using last mask for remaining worker processes`);
  }
  if (most <= sockets) {
    throw new PlacelessError(`${most} worker_connections are not enough for ${sockets} listening sockets`);
  }
  return {
    user: state.user,
    workerProcesses: state.workerProcesses ?? 1,
    workerConnections: state.workerConnections ?? 512,
    pid: state.pid,
    daemon: state.daemon ?? false,
    masterProcess: state.masterProcess ?? true,
    errorLog: state.errorLog ?? [{ file: errorLog, level: 'error' }],
    workingDirectory: state.workingDirectory,
    workerPriority: state.workerPriority ?? 0,
    environment: state.environment ?? {},
    workerShutdownTimeout: state.workerShutdownTimeout ?? 0,
  };
}
