import type { Context, Directive } from '../config/directive.ts';
import { failure, number, oneOf, parseSeconds, severalOf } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';

const MODES = ['off', 'log', 'v1', 'on'] as const;
const FLAGS = ['off', 'secure', 'httponly', 'samesite=strict', 'samesite=lax', 'samesite=none'] as const;

interface UseridLocation {
  mode?: (typeof MODES)[number];
  name?: string;
  domain?: string;
  path?: string;
  p3p?: string;
  service?: number;
  /** Seconds; 0 for the session. */
  expires?: number | 'max';
  mark?: string;
  flags?: Set<(typeof FLAGS)[number]>;
}

/** The identity of one exchange: what came, and what is set. */
interface Identity {
  /** The cookie as it came. */
  cookie: string | undefined;
  got: Buffer | undefined;
  set: Buffer | undefined;
  /** The one that came counts no more. */
  reset: boolean;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const setting = slot<UseridLocation>;
const text = ({ words }: Directive): string => words[0]!.text;

/** Numbers that make an identity one of a kind. */
interface Sequence {
  readonly start: number;
  v1: number;
  v2: number;
  readonly identities: WeakMap<Exchange, Identity>;
}

/** A cookie that knows a browser again. Source: ngx_http_userid_filter_module.c. */
export const useridModule: Module = {
  name: 'ngx_http_userid_filter_module',
  directives: [
    setting('location', CONTEXTS, 'userid', 'mode', (directive) => oneOf(directive, MODES)),
    setting('location', CONTEXTS, 'userid_name', 'name', text),
    setting('location', CONTEXTS, 'userid_domain', 'domain', (directive) =>
      text(directive) === 'none' ? '' : `; domain=${text(directive)}`,
    ),
    setting('location', CONTEXTS, 'userid_path', 'path', (directive) => `; path=${text(directive)}`),
    setting('location', CONTEXTS, 'userid_p3p', 'p3p', (directive) =>
      text(directive) === 'none' ? '' : text(directive),
    ),
    setting('location', CONTEXTS, 'userid_service', 'service', (directive) => number(directive)),
    setting('location', CONTEXTS, 'userid_expires', 'expires', expiresOf),
    setting('location', CONTEXTS, 'userid_mark', 'mark', markOf),
    {
      name: 'userid_flags',
      contexts: CONTEXTS,
      arguments: [1, 3],
      level: 'location',
      set: setFlags,
    },
  ],
  createMain: (): Sequence => ({
    start: ((Math.floor(Math.random() * 50_000) << 16) | process.pid) >>> 0,
    v1: 1,
    v2: 0x03030302,
    identities: new WeakMap(),
  }),
  createLocation: (): UseridLocation => ({}),
  mergeLocation: inherit,
  idle: ({ mode = 'off' }: UseridLocation) => mode === 'off' || mode === 'log',
  variables: {
    uid_got: (exchange) => {
      const { mode = 'off', name = 'uid' } = exchange.location<UseridLocation>(useridModule);
      const { got } = mode === 'off' ? { got: undefined } : identityOf(exchange);
      return got === undefined ? undefined : `${name}=${words(got)}`;
    },
    uid_set: (exchange) => {
      const { mode = 'off', name = 'uid' } = exchange.location<UseridLocation>(useridModule);
      if (mode === 'off' || mode === 'log') return undefined;
      const { set } = decided(exchange);
      return set === undefined ? undefined : `${name}=${words(set)}`;
    },
    uid_reset: (exchange) => exchange.variables.get('uid_reset') ?? '',
  },
  filterHead,
};

function expiresOf(directive: Directive): number | 'max' {
  const word = text(directive);
  if (word === 'max') return 'max';
  if (word === 'off') return 0;
  const milliseconds = parseSeconds(word);
  if (milliseconds === undefined) throw failure(directive, `"${directive.name}" directive invalid value`);
  return Math.floor(milliseconds / 1000);
}

function markOf(directive: Directive, build: Build): string {
  const word = text(directive);
  if (word === 'off') return '';
  if (/^[0-9A-Za-z=]$/.test(word)) return word;
  return build.fail(`"${directive.name}" directive value must be "off" or a single letter, digit or "="`);
}

function setFlags(configuration: UseridLocation, directive: Directive, build: Build): void {
  configuration.flags = severalOf(directive, FLAGS, (warning) => build.warn(warning), configuration.flags);
}

function filterHead(exchange: Exchange): void {
  const configuration = exchange.location<UseridLocation>(useridModule);
  const { mode = 'off', name = 'uid', path = '; path=/', domain = '', p3p = '', mark = '' } = configuration;
  if (exchange.parent !== undefined || mode === 'off' || mode === 'log') return;
  const { cookie, got, set, reset } = decided(exchange);
  if (set === undefined) return;
  let value: string;
  if (got === undefined || reset) {
    value = set.toString('base64');
    if (mark !== '') value = `${value.slice(0, -2)}${mark}${value.slice(-1)}`;
  } else value = `${cookie!.slice(0, 22)}${mark}=`;
  exchange.responseHeaders.push(
    'Set-Cookie',
    `${name}=${value}${expiry(configuration)}${domain}${path}${flags(configuration)}`,
  );
  if (p3p !== '') exchange.responseHeaders.push('P3P', p3p);
}

function expiry({ expires = 0 }: UseridLocation): string {
  if (expires === 0) return '';
  if (expires === 'max') return '; expires=Thu, 31-Dec-37 23:55:55 GMT';
  const date = new Date(Date.now() + expires * 1000).toUTCString();
  const year = date.slice(12, 16);
  return `; expires=${date.slice(0, 7)}-${date.slice(8, 11)}-${Number(year) > 2037 ? year : year.slice(2)}${date.slice(16)}`;
}

function flags({ flags: chosen = new Set() }: UseridLocation): string {
  return FLAGS.slice(1)
    .filter((flag) => chosen.has(flag))
    .map((flag) => `; ${flag}`)
    .join('');
}

function identityOf(exchange: Exchange): Identity {
  const { identities } = exchange.main<Sequence>(useridModule);
  let identity = identities.get(exchange);
  if (identity === undefined) {
    identity = { cookie: undefined, got: undefined, set: undefined, reset: false };
    identities.set(exchange, identity);
    readCookie(exchange, identity);
  }
  return identity;
}

function readCookie(exchange: Exchange, identity: Identity): void {
  const { name = 'uid' } = exchange.location<UseridLocation>(useridModule);
  const header = exchange.header('cookie');
  const cookie = header === undefined ? undefined : exchange.variable(`cookie_${name.toLowerCase()}`);
  if (cookie === undefined) return;
  identity.cookie = cookie;
  if (cookie.length < 22) {
    exchange.logError('error', `client sent too short userid cookie "${header}"`);
    return;
  }
  const digits = cookie.slice(0, 22);
  if (!/^[A-Za-z0-9+/]{22}$/.test(digits)) {
    exchange.logError('error', `client sent invalid userid cookie "${header}"`);
    return;
  }
  const got = Buffer.from(digits, 'base64');
  if (got.readUInt32LE(12) !== 0) identity.got = got;
}

/** The identity, a new one made if it takes one. Source: ngx_http_userid_create_uid. */
function decided(exchange: Exchange): Identity {
  const identity = identityOf(exchange);
  const { got } = identity;
  if (identity.set !== undefined) return identity;
  const { mark = '', name = 'uid' } = exchange.location<UseridLocation>(useridModule);
  if (got !== undefined) {
    const reset = exchange.variables.get('uid_reset') ?? '';
    if (reset === '' || reset === '0') {
      const marked = identity.cookie!.length > 23 && identity.cookie!.slice(22, 24) === `${mark}=`;
      if (mark !== '' && !marked) identity.set = got;
      return identity;
    }
    identity.reset = true;
    if (reset === 'log') exchange.logError('notice', `userid cookie "${name}=${words(got)}" was reset`);
  }
  identity.set = newIdentity(exchange);
  return identity;
}

function newIdentity(exchange: Exchange): Buffer {
  const { mode, service } = exchange.location<UseridLocation>(useridModule);
  const sequence = exchange.main<Sequence>(useridModule);
  const bytes = Buffer.alloc(16);
  const now = Math.floor(Date.now() / 1000);
  if (mode === 'v1') {
    bytes.writeUInt32LE(service ?? 0, 0);
    bytes.writeUInt32LE(now, 4);
    bytes.writeUInt32LE(sequence.start, 8);
    bytes.writeUInt32LE(sequence.v1, 12);
    sequence.v1 = (sequence.v1 + 0x100) >>> 0;
    return bytes;
  }
  if (service === undefined) {
    const address = exchange.connection.localAddress.replace(/^::ffff:/, '');
    if (address.includes('.')) for (const [i, part] of address.split('.').entries()) bytes[i] = Number(part);
  } else bytes.writeUInt32BE(service, 0);
  bytes.writeUInt32BE(now, 4);
  bytes.writeUInt32BE(sequence.start, 8);
  bytes.writeUInt32BE(sequence.v2, 12);
  sequence.v2 = sequence.v2 + 0x100 > 0xffffffff ? 0x03030302 : sequence.v2 + 0x100;
  return bytes;
}

/** Four words in hexadecimal, in the order of the machine. */
function words(bytes: Buffer): string {
  return [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at).toString(16).toUpperCase().padStart(8, '0')).join('');
}
