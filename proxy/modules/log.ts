import { appendFileSync, statSync } from 'node:fs';
import type { Directive } from '../config/directive.ts';
import { failedCall, parseSize, parseTime, systemPath } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { escapeDefault, escapeJson, noEscape } from '../http/log-escape.ts';
import { type LogBuffer, LogFile } from '../http/log-file.ts';
import { type Build, type ComplexValue, type Configurations, type Module, OK } from '../http/module.ts';
import { Syslog } from '../http/syslog.ts';

type Line = (exchange: Exchange) => string;

interface AccessLog {
  readonly target: LogFile | Syslog | ((exchange: Exchange) => string);
  readonly line: Line;
  readonly condition: ComplexValue | undefined;
}

interface LogMain {
  readonly formats: Map<string, Line>;
  readonly files: Map<string, LogFile>;
  /** Those of them whose names variables made, oldest first. */
  readonly named: string[];
}

interface LogLocation {
  logs?: AccessLog[];
  off?: boolean;
  /** How many files with variables in their names are kept open. */
  keptOpen?: number;
}

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** `log_format` and `access_log`. Source: ngx_http_log_module.c. */
export const logModule: Module = {
  name: 'ngx_http_log_module',
  directives: [
    {
      name: 'log_format',
      contexts: ['http'],
      arguments: [2, 1000],
      level: 'main',
      set(configuration: LogMain, directive, build) {
        const [name, ...pieces] = directive.words.map((word) => word.text) as [string, ...string[]];
        if (name === 'combined' || configuration.formats.has(name)) {
          build.fail(`duplicate "log_format" name "${name}"`);
        }
        let escaping = escapeDefault;
        const choice = /^escape=(.*)$/.exec(pieces[0]!);
        if (choice !== null) {
          pieces.shift();
          if (choice[1] === 'json') escaping = escapeJson;
          else if (choice[1] === 'none') escaping = noEscape;
          else if (choice[1] !== 'default') build.fail(`unknown log format escaping "${choice[1]}"`);
        }
        configuration.formats.set(name, compileFormat(pieces, escaping, build));
      },
    },
    {
      name: 'access_log',
      contexts: ['http', 'server', 'location', 'if in location', 'limit_except'],
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'location',
      set: setAccessLog,
    },
    {
      name: 'open_log_file_cache',
      contexts: ['http', 'server', 'location'],
      arguments: [1, 4],
      level: 'location',
      set: setFileCache,
    },
  ],
  createMain: (): LogMain => ({ formats: new Map(), files: new Map(), named: [] }),
  createLocation: (): LogLocation => ({}),
  mergeLocation(parent: LogLocation, child: LogLocation) {
    if (parent.keptOpen !== undefined) child.keptOpen ??= parent.keptOpen;
    if (child.logs !== undefined || child.off !== undefined) return;
    Object.assign(child, { logs: parent.logs, off: parent.off });
  },
  idle: ({ logs, off }: LogLocation) => logs === undefined || off === true,
  phases: { log: writeLogs },
};

/** `access_log path [format [buffer=size] [gzip[=level]] [flush=time] [if=condition]]`. Source: ngx_http_log_set_log. */
function setAccessLog(configuration: LogLocation, directive: Directive, build: Build): void {
  const [path, name = 'combined', ...options] = directive.words.map((word) => word.text) as [string, ...string[]];
  if (path === 'off') {
    configuration.off = true;
    if (directive.words.length > 1) build.fail(`invalid parameter "${name}"`);
    return;
  }
  const main = build.configuration<LogMain>(logModule, 'main');
  const target = targetOf(path, main, build);
  const line = formatOf(name, main, build);
  const { condition, buffer } = readOptions(options, build.hasVariables(path) ? build.path(path) : path, build);
  if (buffer !== undefined) {
    if (typeof target === 'function') build.fail('buffered logs cannot have variables in name');
    if (target instanceof Syslog) build.fail('logs to syslog cannot be buffered');
    const { size, flush, gzip } = target.buffer ?? buffer;
    if (size !== buffer.size || flush !== buffer.flush || gzip !== buffer.gzip) {
      build.fail(`access_log "${path}" already defined with conflicting parameters`);
    }
    target.buffer = buffer;
  }
  configuration.logs ??= [];
  configuration.logs.push({ target, line, condition });
}

function targetOf(path: string, main: LogMain, build: Build): AccessLog['target'] {
  if (path.startsWith('syslog:')) return new Syslog(path.slice('syslog:'.length));
  if (!build.hasVariables(path)) return logFile(main, build.path(path));
  const value = build.value(path);
  return (exchange) => build.path(value(exchange));
}

function formatOf(name: string, main: LogMain, build: Build): Line {
  for (const [known, line] of main.formats) if (known.toLowerCase() === name.toLowerCase()) return line;
  if (name.toLowerCase() !== 'combined') build.fail(`unknown log format "${name}"`);
  const line = compileFormat([COMBINED], escapeDefault, build);
  main.formats.set('combined', line);
  return line;
}

function readOptions(
  options: readonly string[],
  path: string,
  build: Build,
): { readonly condition: ComplexValue | undefined; readonly buffer: LogBuffer | undefined } {
  let condition: ComplexValue | undefined;
  const buffer = { size: 0, flush: 0, gzip: 0 };
  for (const option of options) {
    const [, name, value] = /^(buffer=|flush=|if=|gzip(?:=|$))(.*)$/s.exec(option) ?? [];
    if (name === 'buffer=') {
      buffer.size = parseSize(value!) ?? 0;
      if (buffer.size === 0) build.fail(`invalid buffer size "${value}"`);
    } else if (name === 'flush=') {
      buffer.flush = parseTime(value!) ?? 0;
      if (buffer.flush === 0) build.fail(`invalid flush time "${value}"`);
    } else if (name === 'if=') condition = build.value(value!);
    else if (name === undefined) build.fail(`invalid parameter "${option}"`);
    else {
      if (buffer.size === 0) buffer.size = 65_536;
      buffer.gzip = name === 'gzip' ? 1 : /^\d$/.test(value!) ? Number(value) : 0;
      if (buffer.gzip === 0) build.fail(`invalid compression level "${value}"`);
    }
  }
  if (buffer.flush > 0 && buffer.size === 0) build.fail(`no buffer is defined for access_log "${path}"`);
  return { condition, buffer: buffer.size === 0 ? undefined : buffer };
}

/** `open_log_file_cache off | max=N [inactive=time] [min_uses=N] [valid=time]`. */
function setFileCache(configuration: LogLocation, directive: Directive, build: Build): void {
  if (configuration.keptOpen !== undefined) build.fail(`"${directive.name}" directive is duplicate`);
  let max = 0;
  let off = false;
  for (const { text } of directive.words) {
    const [, name, value = ''] = /^(max|inactive|min_uses|valid)=(.*)$/.exec(text) ?? [];
    const isCount = name === 'max' || name === 'min_uses';
    if (text === 'off') off = true;
    else if (name === undefined || (isCount ? !/^\d+$/.test(value) : parseTime(value) === undefined)) {
      build.fail(`invalid "open_log_file_cache" parameter "${text}"`);
    } else if (name === 'max') max = Number(value);
  }
  if (!off && max === 0) build.fail('"open_log_file_cache" must have "max" parameter');
  configuration.keptOpen = off ? 0 : max;
}

function logFile(main: LogMain, path: string): LogFile {
  let file = main.files.get(path);
  if (file === undefined) {
    file = new LogFile(path);
    main.files.set(path, file);
  }
  return file;
}

/** The files that the configuration's `access_log` directives name, for opening at the start and again on USR1. */
export function accessLogFiles(http: Configurations): Iterable<LogFile> {
  return (http.main.get(logModule) as LogMain).files.values();
}

/** Each word of a format is taken for itself, as ngx_http_log_compile_format does. */
function compileFormat(words: readonly string[], escaping: (text: string) => string, build: Build): Line {
  const parts = words.flatMap((word) => partsOfFormat(word, build));
  const closures = parts.map((part): Line => {
    if (typeof part === 'string') return () => part;
    const { name } = part;
    const variable = build.variable(name);
    const direct = DIRECT[name];
    if (direct !== undefined) return direct;
    const missing = escaping === escapeDefault ? '-' : '';
    return (exchange) => {
      const value = variable(exchange);
      return value === undefined ? missing : escaping(value);
    };
  });
  return (exchange) => {
    let line = '';
    for (let i = 0; i < closures.length; i++) line += closures[i]!(exchange);
    return `${line}\n`;
  };
}

function partsOfFormat(word: string, build: Build): (string | { readonly name: string })[] {
  return [...word.matchAll(/\$\{(\w*)(\}?)|\$(\w*)|[^$]+/g)].map(
    ({ 0: text, 1: bracketed, 2: end, 3: bare, index }) => {
      if (!text.startsWith('$')) return text;
      const rest = word.slice(index);
      if (rest === '${' || text === '${}' || bare === '') build.fail(`invalid parameter "${rest}"`);
      if (end === '') build.fail(`the closing bracket in "${bracketed}" variable is missing`);
      return { name: bracketed ?? bare! };
    },
  );
}

/** Variables whose value needs no escaping and that most formats use, without a look-up. */
const DIRECT: Readonly<Record<string, Line>> = {
  status: (exchange) => String(exchange.status).padStart(3, '0'),
  body_bytes_sent: (exchange) => String(exchange.bodyBytesSent),
  bytes_sent: (exchange) => String(exchange.bytesSent),
  remote_addr: (exchange) => exchange.connection.remoteAddress,
};

function writeLogs(exchange: Exchange): number {
  const { logs, off, keptOpen = 0 } = exchange.location<LogLocation>(logModule);
  if (logs === undefined || off === true) return OK;
  for (const { target, line, condition } of logs) {
    if (condition !== undefined) {
      const value = condition(exchange);
      if (value === '' || value === '0') continue;
    }
    if (typeof target !== 'function') writeTo(target, line(exchange));
    else writeToNamed(exchange, target(exchange), line(exchange), keptOpen);
  }
  return OK;
}

function writeTo(target: LogFile | Syslog, line: string): void {
  if (target instanceof Syslog) target.send(line);
  else target.write(line);
}

/** A log whose name has variables: only where the root of the request exists, so that a client can't make any files. */
function writeToNamed(exchange: Exchange, path: string, line: string, keptOpen: number): void {
  const root = statSync(systemPath(exchange.core.root(exchange)), { throwIfNoEntry: false });
  if (root?.isDirectory() !== true) return;
  const { files, named } = exchange.main<LogMain>(logModule);
  const known = files.get(path);
  if (known !== undefined) {
    known.write(line);
    return;
  }
  try {
    if (keptOpen === 0) appendFileSync(systemPath(path), line, 'latin1');
    else {
      const file = new LogFile(path);
      file.open();
      file.write(line);
      named.push(path);
      files.set(path, file);
      forgetSome(files, named, keptOpen);
    }
  } catch (error) {
    exchange.logError('crit', `${failedCall('open', path, error)} while logging request`);
  }
}

function forgetSome(files: Map<string, LogFile>, names: string[], most: number): void {
  while (names.length > most) {
    const oldest = names.shift()!;
    files.get(oldest)?.close();
    files.delete(oldest);
  }
}
