import type { Socket } from 'node:dgram';
import { hostname } from 'node:os';
import { ConfigError } from '../config/index.ts';
import { parseAddressAndPort } from './addresses.ts';
import type { Severity } from './configuration.ts';
import { onDemand } from './on-demand.ts';

const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'intern', 'lpr', 'news', 'uucp', 'clock', 'authpriv', 'ftp', 'ntp'],
  ...['audit', 'alert', 'cron', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
];
const SEVERITIES: readonly Severity[] = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface SyslogSettings {
  readonly host: string;
  readonly port: number;
  readonly facility: number;
  readonly severity: number;
  readonly tag: string;
  readonly withHost: boolean;
}

/** A log server that gets each line in a datagram of its own. Source: ngx_syslog.c; RFC 3164. */
export class Syslog {
  readonly #settings: SyslogSettings;
  #socket: Socket | undefined;

  /** `parameters`: what stands behind `syslog:`. Throws nginx's errors. */
  constructor(parameters: string) {
    this.#settings = parse(parameters);
  }

  /** `severity` when it isn't the one of the settings. Lines end without a line feed. */
  send(line: string, severity?: Severity): void {
    const { host, port, facility, severity: own, tag, withHost } = this.#settings;
    const priority = facility * 8 + (severity === undefined ? own : SEVERITIES.indexOf(severity));
    const text = `<${priority}>${time(new Date())} ${withHost ? `${hostname()} ` : ''}${tag}: ${line}`;
    if (this.#socket === undefined) {
      this.#socket = onDemand.dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
      this.#socket.on('error', () => undefined);
      this.#socket.unref();
    }
    this.#socket.send(Buffer.from(text.replace(/\n$/, ''), 'latin1'), port, host);
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

function time(date: Date): string {
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `${MONTHS[date.getMonth()]} ${String(date.getDate()).padStart(2)} ${clock.join(':')}`;
}

function parse(parameters: string): SyslogSettings {
  const given = new Map<string, string>();
  for (const parameter of parameters.split(',')) {
    const [, name, value] = /^(server|facility|severity|tag)=(.*)$/s.exec(parameter) ?? [];
    if (parameter === 'nohostname') given.set('nohostname', '');
    else if (name === undefined) throw new ConfigError(`unknown syslog parameter "${parameter}"`);
    else if (given.has(name)) throw new ConfigError(`duplicate syslog "${name}"`);
    else given.set(name, value!);
    if (name === 'tag') checkTag(value!);
    if (name === 'facility' && !FACILITIES.includes(value!))
      throw new ConfigError(`unknown syslog facility "${value}"`);
    if (name === 'severity' && !SEVERITIES.some((severity) => severity === value)) {
      throw new ConfigError(`unknown syslog severity "${value}"`);
    }
  }
  const server = given.get('server');
  if (server === undefined) throw new ConfigError('no syslog server specified');
  const address = parseAddressAndPort(server.replace(/^localhost\b/, '127.0.0.1'));
  if (address === undefined) {
    const unix = server.startsWith('unix:');
    throw new ConfigError(
      unix ? `a Unix socket can't be a syslog server here: "${server}"` : `host not found in syslog server "${server}"`,
    );
  }
  return {
    host: address.address,
    port: address.port === 0 ? 514 : address.port,
    facility: FACILITIES.indexOf(given.get('facility') ?? 'local7'),
    severity: SEVERITIES.findIndex((severity) => severity === (given.get('severity') ?? 'info')),
    tag: given.get('tag') ?? 'nginx',
    withHost: !given.has('nohostname'),
  };
}

function checkTag(tag: string): void {
  if (tag.length > 32) throw new ConfigError('syslog tag length exceeds 32');
  if (!/^\w*$/.test(tag)) {
    throw new ConfigError('syslog "tag" only allows alphanumeric characters and underscore');
  }
}
