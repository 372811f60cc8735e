import type { Directive } from '../config/directive.ts';
import { failure, parseSeconds, parseSize } from '../config/index.ts';
import type { Listen } from './configuration.ts';

/** What the words after the address of a `listen` say. */
export type ListenOptions = Omit<Listen, 'address' | 'port' | 'unix' | 'text' | 'file' | 'line'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a server without `listen` gets. */
export const plainListen: ListenOptions = {
  set: false,
  default: false,
  ssl: false,
  http2: false,
  proxyProtocol: false,
  ipv6only: true,
  backlog: 511,
  reuseport: false,
  keepAlive: undefined,
};

const FLAGS: Readonly<Record<string, Partial<ListenOptions>>> = {
  default: { default: true },
  default_server: { default: true },
  bind: { set: true },
  deferred: { set: true },
  reuseport: { set: true, reuseport: true },
  ssl: { ssl: true },
  http2: { http2: true },
  proxy_protocol: { proxyProtocol: true },
};

/** Reads the parameters of a `listen`. Throws nginx's errors. Source: ngx_http_core_listen. */
export function listenOptions(directive: Directive, parameters: readonly string[]): ListenOptions {
  const options: Mutable<ListenOptions> = { ...plainListen };
  const fail = (reason: string): never => {
    throw failure(directive, reason);
  };
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    const value = parameter.slice(name.length + 1);
    const invalid = (): never => fail(`invalid ${name} "${parameter}"`);
    if (equals < 0) {
      Object.assign(options, FLAGS[name] ?? fail(`invalid parameter "${parameter}"`));
      continue;
    }
    switch (name) {
      case 'backlog':
        options.backlog = positive(value) ?? invalid();
        break;
      case 'rcvbuf':
      case 'sndbuf':
        if (parseSize(value) === undefined) invalid();
        break;
      case 'fastopen':
        if (!/^\d+$/.test(value)) invalid();
        break;
      case 'accept_filter':
        break;
      case 'ipv6only':
        if (!value.startsWith('o')) fail(`invalid parameter "${parameter}"`);
        if (value !== 'on' && value !== 'off') fail(`invalid ipv6only flags "${value}"`);
        options.ipv6only = value === 'on';
        break;
      case 'so_keepalive':
        options.keepAlive = keepAlive(value, () => fail(`invalid so_keepalive value: "${value}"`));
        break;
      default:
        fail(`invalid parameter "${parameter}"`);
    }
    options.set = true;
  }
  return options;
}

function positive(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** `on`, `off`, or `idle:interval:count`, any of which may be missing: the idle time in milliseconds, 0 for the system's own. */
function keepAlive(value: string, fail: () => never): number | undefined {
  if (value === 'off') return undefined;
  if (value === 'on') return 0;
  const parts = value.split(':');
  const [idle = '', interval = '', count = ''] = parts;
  const numbers = [
    idle === '' ? 0 : parseSeconds(idle),
    interval === '' ? 0 : parseSeconds(interval),
    /^\d*$/.test(count) ? Number(count) : undefined,
  ];
  if (parts.length > 3 || numbers.includes(undefined) || numbers.every((each) => each === 0)) fail();
  return numbers[0];
}
