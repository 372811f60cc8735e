import type { Directive } from '../config/directive.ts';
import type { Exchange } from '../http/exchange.ts';
import { escapeDefault, escapeJson, noEscape } from '../http/log-escape.ts';
import { LogFile } from '../http/log-file.ts';
import { type Build, type ComplexValue, type Configurations, type Module, OK } from '../http/module.ts';

type Line = (exchange: Exchange) => string;

interface AccessLog {
  readonly file: LogFile | ((exchange: Exchange) => string);
  readonly line: Line;
  readonly condition: ComplexValue | undefined;
}

interface LogMain {
  readonly formats: Map<string, Line>;
  readonly files: Map<string, LogFile>;
}

interface LogLocation {
  logs: AccessLog[] | 'off' | undefined;
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
        if (configuration.formats.has(name)) build.fail(`duplicate "log_format" name "${name}"`);
        let escaping = escapeDefault;
        const choice = /^escape=(.*)$/.exec(pieces[0]!);
        if (choice !== null) {
          pieces.shift();
          if (choice[1] === 'json') escaping = escapeJson;
          else if (choice[1] === 'none') escaping = noEscape;
          else if (choice[1] !== 'default') build.fail(`unknown log format escaping "${choice[1]}"`);
        }
        configuration.formats.set(name, compileFormat(pieces.join(''), escaping, build));
      },
    },
    {
      name: 'access_log',
      contexts: ['http', 'server', 'location', 'if in location', 'limit_except'],
      arguments: [1, 1000],
      level: 'location',
      set: setAccessLog,
    },
    {
      name: 'open_log_file_cache',
      contexts: ['http', 'server', 'location'],
      arguments: [1, 4],
      level: 'location',
      set: () => undefined,
    },
  ],
  createMain: (): LogMain => ({ formats: new Map(), files: new Map() }),
  createLocation: (): LogLocation => ({ logs: undefined }),
  mergeLocation(parent: LogLocation, child: LogLocation) {
    child.logs ??= parent.logs;
  },
  idle: ({ logs }: LogLocation) => logs === undefined || logs === 'off',
  phases: { log: writeLogs },
};

function setAccessLog(configuration: LogLocation, directive: Directive, build: Build): void {
  const words = directive.words.map((word) => word.text);
  const [path, formatName = 'combined', ...options] = words as [string, string | undefined, ...string[]];
  if (path === 'off' && words.length === 1) {
    configuration.logs = 'off';
    return;
  }
  if (path.startsWith('syslog:')) build.fail('the "syslog" destination is not supported by this server');
  if (!Array.isArray(configuration.logs)) configuration.logs = [];
  const named = /^(buffer|flush|if|gzip)(=|$)/.test(formatName) ? [formatName, ...options] : options;
  const name = named.length > options.length ? 'combined' : formatName;
  const main = build.configuration<LogMain>(logModule, 'main');
  let line = main.formats.get(name);
  if (line === undefined && name === 'combined') {
    line = compileFormat(COMBINED, escapeDefault, build);
    main.formats.set(name, line);
  }
  if (line === undefined) build.fail(`unknown log format "${name}"`);
  let condition: ComplexValue | undefined;
  for (const option of named) {
    if (option.startsWith('if=')) condition = build.value(option.slice(3));
    else if (!/^(buffer=|flush=|gzip(=|$))/.test(option)) build.fail(`invalid parameter "${option}"`);
  }
  const file = build.hasVariables(path) ? variablePath(path, build) : logFile(main, build.path(path));
  configuration.logs.push({ file, line, condition });
}

function variablePath(path: string, build: Build): (exchange: Exchange) => string {
  const value = build.value(path);
  return (exchange) => build.path(value(exchange));
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

function compileFormat(format: string, escaping: (text: string) => string, build: Build): Line {
  const parts = format.split(/(\$\{\w+\}|\$\w+)/).filter((part) => part !== '');
  const closures = parts.map((part): Line => {
    const name = /^\$\{?(\w+)\}?$/.exec(part)?.[1];
    if (name === undefined) return () => part;
    build.value(`\${${name}}`);
    const direct = DIRECT[name];
    if (direct !== undefined) return direct;
    const missing = escaping === escapeDefault ? '-' : '';
    return (exchange) => {
      const value = exchange.variable(name);
      return value === undefined ? missing : escaping(value);
    };
  });
  return (exchange) => {
    let line = '';
    for (let i = 0; i < closures.length; i++) line += closures[i]!(exchange);
    return `${line}\n`;
  };
}

/** Variables whose value needs no escaping and that most formats use, without a look-up. */
const DIRECT: Readonly<Record<string, Line>> = {
  status: (exchange) => String(exchange.status).padStart(3, '0'),
  body_bytes_sent: (exchange) => String(exchange.bodyBytesSent),
  bytes_sent: (exchange) => String(exchange.bytesSent),
  remote_addr: (exchange) => exchange.connection.remoteAddress,
};

function writeLogs(exchange: Exchange): number {
  const { logs } = exchange.location<LogLocation>(logModule);
  if (logs === undefined || logs === 'off') return OK;
  for (const { file, line, condition } of logs) {
    if (condition !== undefined) {
      const value = condition(exchange);
      if (value === '' || value === '0') continue;
    }
    if (typeof file === 'function') logFile(exchange.main<LogMain>(logModule), file(exchange)).write(line(exchange));
    else file.write(line(exchange));
  }
  return OK;
}
