import { isIP } from 'node:net';
import type { Directive } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue } from '../http/module.ts';

/** Where a connection to an upstream is to come from. */
export interface LocalAddress {
  readonly localAddress: string;
  /** 0 leaves it to the system. */
  readonly localPort: number;
}

/** `proxy_bind` and its like. */
export type Bind = 'off' | LocalAddress | ComplexValue;

/** Reads `address [transparent] | off`. Source: ngx_http_upstream_bind_set_slot. */
export function readBind(directive: Directive, build: Build): Bind {
  const [first, second] = directive.words.map(({ text }) => text) as [string, string?];
  if (second === undefined && first === 'off') return 'off';
  const address = build.hasVariables(first)
    ? build.value(first)
    : (parseLocalAddress(first) ?? build.fail(`invalid address "${first}"`));
  if (second === 'transparent') build.warn('transparent proxying is not supported on this platform, ignored');
  else if (second !== undefined) build.fail(`invalid parameter "${second}"`);
  return address;
}

/** Takes `127.0.0.1`, `127.0.0.1:80`, `::1` or `[::1]:80`; `undefined` for anything else. Source: ngx_parse_addr_port. */
function parseLocalAddress(text: string): LocalAddress | undefined {
  if (isIP(text) !== 0) return { localAddress: text, localPort: 0 };
  const [, sixth, fourth, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const address = sixth ?? fourth ?? '';
  const number = Number(port ?? 0);
  if (isIP(address) !== (sixth === undefined ? 4 : 6) || number > 65_535 || (port !== undefined && number < 1))
    return undefined;
  return { localAddress: address, localPort: number };
}

/** The address for one request; `undefined` leaves it to the system. */
export function localAddressFor(exchange: Exchange, bind: Bind | undefined): LocalAddress | undefined {
  if (bind === undefined || bind === 'off') return undefined;
  if (typeof bind === 'object') return bind;
  const text = bind(exchange);
  if (text === '') return undefined;
  const address = parseLocalAddress(text);
  if (address === undefined) exchange.logError('error', `invalid local address "${text}"`);
  return address;
}
