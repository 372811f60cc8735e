import type { X509Certificate } from 'node:crypto';
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls';
import { type Directive, flag, number, oneOf, PlacelessError, parseSize, seconds, size } from '../config/index.ts';
import { accepted } from '../http/accepted.ts';
import { issuersAbove, readPasswords, readPem } from '../http/certificate.ts';
import { clock } from '../http/clock.ts';
import type { CoreServer, VirtualServer } from '../http/configuration.ts';
import { type CoreMainState, core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Build, DECLINED, type DirectiveSpec, type Module } from '../http/module.ts';
import { type ServerTls, serverCredentials } from '../http/server-credentials.ts';
import { choice } from '../http/slot.ts';
import { readTicketKeys } from '../http/ticket-keys.ts';
import { createAcceptSecure } from '../http/tls.ts';
import { readTlsCommand } from '../http/tls-commands.ts';
import { TLS_PROTOCOLS } from '../http/tls-range.ts';
import { verifyError, verifyWords } from '../http/verify-errors.ts';

/** TLS of one server; what isn't set is `undefined` until it is merged. Times in milliseconds. */
interface SslServer extends ServerTls {
  /** The `ssl` directive, and where it stands. */
  enable?: boolean;
  place?: { readonly file: string; readonly line: number };
  sessionCache?: string;
  bufferSize?: number;
  verifyDepth?: number;
  rejectHandshake?: boolean;
  earlyData?: boolean;
  stapling?: boolean;
  staplingVerify?: boolean;
  /** An OCSP response for clients that ask for one, and the file it is in. */
  staplingFile?: string;
  staple?: Buffer;
  /** Made when all is read. */
  context?: SecureContext;
  credentials?: SecureContextOptions;
}

const DEFAULTS = {
  protocols: ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
  ciphers: 'HIGH:!aNULL:!MD5',
  preferServerCiphers: false,
  sessionTimeout: 300_000,
  sessionTickets: true,
  verifyClient: 'off',
} as const;

const INHERITED = [
  'enable',
  'place',
  'certificates',
  'keys',
  'passwords',
  'commands',
  'ticketKeys',
  'revoked',
  'curves',
  'sessionCache',
  'bufferSize',
  'dhparam',
  'clientCertificate',
  'trustedCertificate',
  'rejectHandshake',
  'verifyDepth',
  'stapling',
  'staplingFile',
] as const;

/** Certificates, protocols and ciphers of `listen ... ssl`. Source: ngx_http_ssl_module.c. */
export const ssl: Module = {
  name: 'ngx_http_ssl_module',
  createServer: (): SslServer => ({}),
  directives: [
    spec('ssl', 'flag', (server, directive, build) => {
      if (server.enable !== undefined) build.fail('"ssl" directive is duplicate');
      server.enable = flag(directive);
      server.place = { file: directive.file, line: directive.line };
      build.warn('the "ssl" directive is deprecated, use the "listen ... ssl" directive instead');
    }),
    spec('ssl_certificate', 1, (server, directive, build) => {
      server.certificates = [...(server.certificates ?? []), configurationFile(directive, build)];
    }),
    spec('ssl_certificate_key', 1, (server, directive, build) => {
      server.keys = [...(server.keys ?? []), configurationFile(directive, build)];
    }),
    choice<SslServer>('server', ['http', 'server'], 'ssl_protocols', 'protocols', TLS_PROTOCOLS, (chosen) => [
      ...chosen,
    ]),
    once('ssl_ciphers', 1, 'ciphers', (directive) => directive.words[0]!.text),
    once('ssl_ecdh_curve', 1, 'curves', (directive) => directive.words[0]!.text),
    once('ssl_prefer_server_ciphers', 'flag', 'preferServerCiphers', flag),
    spec('ssl_session_cache', [1, 2], (server, directive, build) => {
      server.sessionCache = `${server.sessionCache ?? ''} ${sessionCache(directive, build)}`;
    }),
    once('ssl_session_timeout', 1, 'sessionTimeout', (directive) => seconds(directive)),
    once('ssl_session_tickets', 'flag', 'sessionTickets', flag),
    once('ssl_buffer_size', 1, 'bufferSize', (directive) => size(directive)),
    once('ssl_dhparam', 1, 'dhparam', configurationFile),
    once('ssl_verify_client', 1, 'verifyClient', (directive) =>
      oneOf(directive, ['off', 'on', 'optional', 'optional_no_ca'] as const),
    ),
    once('ssl_client_certificate', 1, 'clientCertificate', configurationFile),
    once('ssl_trusted_certificate', 1, 'trustedCertificate', configurationFile),
    once('ssl_reject_handshake', 'flag', 'rejectHandshake', flag),
    once('ssl_password_file', 1, 'passwords', readPasswords),
    once('ssl_crl', 1, 'revoked', configurationFile),
    once('ssl_verify_depth', 1, 'verifyDepth', (directive) => number(directive)),
    once('ssl_early_data', 'flag', 'earlyData', flag),
    once('ssl_stapling', 'flag', 'stapling', flag),
    once('ssl_stapling_verify', 'flag', 'staplingVerify', flag),
    once('ssl_stapling_file', 1, 'staplingFile', configurationFile),
    accepted('server', 'ssl_stapling_responder', ['http', 'server'], () => undefined),
    spec('ssl_ocsp', 1, (_, directive, build) => {
      if (oneOf(directive, ['off', 'on', 'leaf']) !== 'off') build.fail('"ssl_ocsp" is not supported on this platform');
    }),
    accepted('server', 'ssl_ocsp_responder', ['http', 'server'], () => undefined),
    accepted('server', 'ssl_ocsp_cache', ['http', 'server'], ocspCache),
    spec('ssl_session_ticket_key', 1, (server, directive, build) => {
      server.ticketKeys = [...(server.ticketKeys ?? []), configurationFile(directive, build)];
    }),
    spec('ssl_conf_command', 2, (server, directive, build) => {
      server.commands = [...(server.commands ?? []), readTlsCommand(directive, build)];
    }),
  ],
  mergeServer: (parent: SslServer, child: SslServer) => {
    for (const key of INHERITED) {
      if (child[key] === undefined && parent[key] !== undefined) Object.assign(child, { [key]: parent[key] });
    }
    for (const key of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
      Object.assign(child, { [key]: child[key] ?? parent[key] ?? DEFAULTS[key] });
    }
    if (child.certificates !== undefined && child.ticketKeys !== undefined) {
      child.readTicketKeys = child.ticketKeys.map(readTicketKeys);
    }
  },
  postConfiguration: (_main, build) =>
    prepare(
      build
        .configuration<CoreMainState>(core, 'main')
        .serverStates.map((state) => ({ configurations: state.configurations!, core: state as CoreServer })),
    ),
  variables: {
    ssl_protocol: (exchange) => exchange.connection.tls?.getProtocol() ?? undefined,
    ssl_cipher: (exchange) => exchange.connection.tls?.getCipher().name,
    ssl_server_name: serverName,
    ssl_session_reused: (exchange) => {
      const { tls } = exchange.connection;
      return tls === undefined ? undefined : tls.isSessionReused() ? 'r' : '.';
    },
    ssl_session_id: (exchange) => (exchange.connection.tls === undefined ? undefined : ''),
    ssl_client_verify: clientVerify,
    ssl_client_s_dn: (exchange) => distinguishedName(clientCertificate(exchange)?.subject),
    ssl_client_i_dn: (exchange) => distinguishedName(clientCertificate(exchange)?.issuer),
    ssl_client_s_dn_legacy: (exchange) => legacyName(clientCertificate(exchange)?.subject),
    ssl_client_i_dn_legacy: (exchange) => legacyName(clientCertificate(exchange)?.issuer),
    // What else was in the handshake isn't told to us.
    ssl_ciphers: () => undefined,
    ssl_curves: () => undefined,
    ssl_curve: () => undefined,
    ssl_early_data: () => undefined,
    ssl_client_serial: (exchange) => clientCertificate(exchange)?.serialNumber,
    ssl_client_fingerprint: (exchange) => clientCertificate(exchange)?.fingerprint.replaceAll(':', '').toLowerCase(),
    ssl_client_v_start: (exchange) => clientCertificate(exchange)?.validFrom,
    ssl_client_v_end: (exchange) => clientCertificate(exchange)?.validTo,
    ssl_client_v_remain: daysRemaining,
    ssl_client_raw_cert: (exchange) => clientCertificate(exchange)?.toString(),
    ssl_client_cert: (exchange) => clientCertificate(exchange)?.toString().trimEnd().replaceAll('\n', '\n\t'),
    ssl_client_escaped_cert: (exchange) => {
      const text = clientCertificate(exchange)?.toString();
      return text === undefined ? undefined : encodeURIComponent(text);
    },
    ssl_alpn_protocol: (exchange) => {
      const name = exchange.connection.tls?.alpnProtocol;
      return typeof name === 'string' ? name : undefined;
    },
  },
  phases: { 'post-read': checkClient },
};

/** Serves the connections of `listen ... ssl`: what a process is started with. */
export const acceptSecure = createAcceptSecure((server) => {
  const { verifyClient, sessionTimeout, sessionCache = 'none', credentials, rejectHandshake, staple } = sslOf(server);
  if (rejectHandshake === true) return 'rejects';
  if (credentials === undefined) return undefined;
  const keepsSessions = /\b(shared|builtin)\b/.test(sessionCache);
  return {
    credentials,
    requestCertificate: verifyClient !== 'off',
    sessionTimeout: sessionTimeout!,
    keepsSessions,
    staple,
  };
});

/** A `server` block while the configuration is built. */
type SslBlock = Pick<VirtualServer, 'configurations'> & {
  readonly core: Pick<CoreServer, 'listens' | 'file' | 'line'>;
};

const sslOf = (server: Pick<VirtualServer, 'configurations'>): SslServer =>
  server.configurations.server.get(ssl) as SslServer;

type Setter = (server: SslServer, directive: Directive, build: Build) => void;

function spec(name: string, words: DirectiveSpec['arguments'], set: Setter): DirectiveSpec {
  return { name, contexts: ['http', 'server'], arguments: words, level: 'server', set };
}

function once<K extends keyof SslServer>(
  name: string,
  words: DirectiveSpec['arguments'],
  field: K,
  read: (directive: Directive, build: Build) => SslServer[K],
): DirectiveSpec {
  return spec(name, words, (server, directive, build) => {
    if (server[field] !== undefined) build.fail(`"${name}" directive is duplicate`);
    server[field] = read(directive, build);
  });
}

function configurationFile(directive: Directive, build: Build): string {
  return build.path(directive.words[0]!.text, 'conf');
}

function sessionCache(directive: Directive, build: Build): string {
  for (const { text } of directive.words) {
    const shared = /^shared:([^:]+):(.+)$/.exec(text);
    const fits = shared !== null && (parseSize(shared[2]!) ?? 0) >= 8 * 4096;
    if (!fits && !/^(off|none|builtin(:\d+)?)$/.test(text)) build.fail(`invalid session cache "${text}"`);
  }
  return directive.words.map(({ text }) => text).join(' ');
}

/** Source: ngx_http_ssl_ocsp_cache. */
function ocspCache(directive: Directive, build: Build): void {
  const { text } = directive.words[0]!;
  if (text === 'off') return;
  const bytes = parseSize(/^shared:[^:]+:(.+)$/.exec(text)?.[1] ?? '');
  if (bytes === undefined) build.fail(`invalid OCSP cache "${text}"`);
  if (bytes < 8 * 4096) build.fail(`OCSP cache "${text}" is too small`);
}

/** Loads what the servers name and finds what is missing. Sources: ngx_http_ssl_merge_srv_conf, ngx_http_ssl_init. */
function prepare(servers: readonly SslBlock[]): void {
  for (const server of servers) {
    const own = sslOf(server);
    if (own.certificates === undefined) {
      if (own.enable === true && own.rejectHandshake !== true) {
        throw new PlacelessError(
          `no "ssl_certificate" is defined for the "ssl" directive in ${own.place!.file}:${own.place!.line}`,
        );
      }
      continue;
    }
    const keys = own.keys ?? [];
    const lonely = own.certificates[keys.length];
    if (lonely !== undefined) {
      throw new PlacelessError(`no "ssl_certificate_key" is defined for certificate "${lonely}"`);
    }
    Object.assign(own, serverCredentials(own));
    const { stapling, staplingFile } = own;
    if (stapling === true && staplingFile !== undefined) {
      own.staple = readPem(staplingFile, `BIO_new_file("${staplingFile}")`);
    }
  }
  const seen = new Map<string, SslBlock>();
  for (const server of servers) {
    for (const listen of server.core.listens) {
      if (listen.ssl && (listen.default || !seen.has(listen.text))) seen.set(listen.text, server);
    }
  }
  for (const [text, server] of seen) {
    const candidates =
      sslOf(server).rejectHandshake === true
        ? servers.filter((one) => one.core.listens.some((listen) => listen.text === text))
        : [server];
    for (const one of candidates) {
      if (sslOf(one).context !== undefined || sslOf(one).rejectHandshake === true) continue;
      const { file, line } = one.core;
      throw new PlacelessError(`no "ssl_certificate" is defined for the "listen ... ssl" directive in ${file}:${line}`);
    }
  }
}

/** The name that the client asked for in its handshake. */
function serverName({ connection: { tls } }: Exchange): string | undefined {
  const name = (tls as { servername?: string | false } | undefined)?.servername;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function clientVerify(exchange: Exchange): string | undefined {
  const { tls } = exchange.connection;
  if (tls === undefined) return undefined;
  if (clientCertificate(exchange) === undefined) return 'NONE';
  const problem = problemOf(tls, exchange);
  return problem === undefined ? 'SUCCESS' : `FAILED:${verifyWords(problem)}`;
}

/** Why a client's certificate isn't trusted, by Node's name for it. */
function problemOf(tls: TLSSocket, exchange: Exchange): string | undefined {
  if (!tls.authorized) return String(tls.authorizationError ?? '');
  const { verifyDepth = 1 } = exchange.server<SslServer>(ssl);
  const far = issuersAbove(tls.getPeerCertificate(true)) - 1 > verifyDepth;
  // OpenSSL goes no further, and doesn't find who vouches for the last one that it looks at.
  return far ? 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' : undefined;
}

/** The certificate that the client gave. */
function clientCertificate({ connection: { tls } }: Exchange): X509Certificate | undefined {
  return tls?.getPeerX509Certificate();
}

/** `CN=name,O=organisation`, the most special first. Source: RFC 2253. */
function distinguishedName(lines: string | undefined): string | undefined {
  if (lines === undefined) return undefined;
  return lines.split('\n').reverse().join(',');
}

/** `/O=organisation/CN=name`, as X509_NAME_oneline writes it. */
function legacyName(lines: string | undefined): string | undefined {
  return lines === undefined ? undefined : `/${lines.split('\n').join('/')}`;
}

/** Whole days until the certificate expires. */
function daysRemaining(exchange: Exchange): string | undefined {
  const certificate = clientCertificate(exchange);
  if (certificate === undefined) return undefined;
  const seconds = Date.parse(certificate.validTo) / 1000 - clock.second;
  return String(Math.max(0, Math.floor(seconds / 86_400)));
}

/** `ssl_verify_client`: the answer to a client without a good certificate. Source: ngx_http_process_request. */
function checkClient(exchange: Exchange): number {
  const { tls } = exchange.connection;
  const { verifyClient } = exchange.server<SslServer>(ssl);
  if (tls === undefined || verifyClient === undefined || verifyClient === 'off') return DECLINED;
  const negotiated = serverName(exchange);
  if (negotiated !== undefined && negotiated.toLowerCase() !== exchange.host) {
    const words = 'client attempted to request the server name different from the one that was negotiated';
    exchange.logError('info', `${words} while reading client request headers`);
    return 421;
  }
  const given = clientCertificate(exchange) !== undefined;
  const problem = given && verifyClient !== 'optional_no_ca' ? problemOf(tls, exchange) : undefined;
  if (problem !== undefined) {
    const error = verifyError(problem);
    exchange.logError('info', `client SSL certificate verify error: (${error}) while reading client request headers`);
    return 495;
  }
  if (given || verifyClient !== 'on') return DECLINED;
  exchange.logError('info', 'client sent no required SSL certificate while reading client request headers');
  return 496;
}
