import type { ConnectionOptions, DetailedPeerCertificate, SecureContext, SecureContextOptions } from 'node:tls';
import { ConfigError, type Directive, flag, number, PlacelessError } from '../config/index.ts';
import { issuersAbove, readKeyPair, readPasswords, readPem } from '../http/certificate.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue, DirectiveSpec } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { choice, slot, within } from '../http/slot.ts';
import { readTlsCommand, type TlsCommand, withTlsCommands } from '../http/tls-commands.ts';
import { TLS_PROTOCOLS, tlsRange } from '../http/tls-range.ts';
import type { UpstreamTls } from './connection.ts';

/** `proxy_ssl_*` and its like. Paths are absolute. */
export interface TlsLocation {
  verify?: boolean;
  depth?: number;
  serverName?: boolean;
  name?: ComplexValue;
  trusted?: string;
  certificate?: PemFile;
  key?: PemFile;
  passwords?: readonly string[];
  revoked?: string;
  commands?: TlsCommand[];
  ciphers?: string;
  protocols?: readonly string[];
  sessionReuse?: boolean;
}

/** A file that a directive names. */
interface PemFile {
  /** As written. */
  readonly text: string;
  readonly file: string;
  /** Its name, where there are variables in it. */
  readonly value: ComplexValue | undefined;
  resolve(name: string): string;
}

/** A configuration with connections by TLS in it. */
interface Secured {
  readonly ssl: TlsLocation;
}

const configurationFile = (directive: Directive, build: Build): string => build.path(directive.words[0]!.text, 'conf');

function pemFile({ words }: Directive, build: Build): PemFile {
  const { text } = words[0]!;
  const resolve = (name: string): string => build.path(name, 'conf');
  return { text, file: resolve(text), value: build.hasVariables(text) ? build.value(text) : undefined, resolve };
}

const SECURED = ['http', 'server', 'location'] as const;
const listed = (chosen: ReadonlySet<string>): string[] => [...chosen];

/** The directives of TLS to upstreams for the module whose names begin with `prefix` (`proxy`, `uwsgi`). */
export function tlsDirectives(prefix: string): DirectiveSpec[] {
  const once = (
    name: string,
    key: keyof TlsLocation,
    read: (directive: Directive, build: Build) => unknown,
    count?: DirectiveSpec['arguments'],
  ): DirectiveSpec => within('ssl', slot<TlsLocation>('location', SECURED, `${prefix}_ssl_${name}`, key, read, count));
  return [
    once('verify', 'verify', flag),
    once('verify_depth', 'depth', (directive) => number(directive)),
    once('server_name', 'serverName', flag),
    once('session_reuse', 'sessionReuse', flag),
    once('name', 'name', (directive, build) => build.value(directive.words[0]!.text)),
    once('ciphers', 'ciphers', (directive) => directive.words[0]!.text),
    within(
      'ssl',
      choice<TlsLocation>('location', SECURED, `${prefix}_ssl_protocols`, 'protocols', TLS_PROTOCOLS, listed),
    ),
    once('trusted_certificate', 'trusted', configurationFile),
    once('crl', 'revoked', configurationFile),
    once('certificate', 'certificate', pemFile),
    once('certificate_key', 'key', pemFile),
    once('password_file', 'passwords', readPasswords),
    {
      name: `${prefix}_ssl_conf_command`,
      contexts: ['http', 'server', 'location'],
      arguments: 2,
      level: 'location',
      set({ ssl }: Secured, directive, build) {
        ssl.commands = [...(ssl.commands ?? []), readTlsCommand(directive, build)];
      },
    },
  ];
}

/** How the connections for a request to a host are secured; `undefined` when the request has been answered with an error instead. */
export type SecureFor = (exchange: Exchange, host: string) => UpstreamTls | undefined;

/**
 * Options for connections by TLS. The certificate files are read once: now, when it is certain that they are `used`.
 * Throws in nginx's words. Source: ngx_http_proxy_set_ssl.
 */
export function tlsOptions(prefix: string, ssl: TlsLocation, used: boolean): SecureFor {
  const contextFor = contexts(prefix, ssl);
  // What variables lead to may not need it; what is said of certificates is checked all the same.
  if (used || ssl.verify === true || ssl.certificate !== undefined) contextFor(undefined);
  const sessions = ssl.sessionReuse === false ? undefined : new Map<string, Buffer>();
  return (exchange, host) => {
    let secureContext: SecureContext;
    try {
      secureContext = contextFor(exchange);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      exchange.logError('error', error.message);
      exchange.fail(500);
      return undefined;
    }
    const name = (ssl.name?.(exchange) ?? host).replace(/:\d+$/, '');
    const sni = ssl.serverName === true && !/^[\d.]+$|:|^\[/.test(name);
    const options: ConnectionOptions = {
      secureContext,
      rejectUnauthorized: ssl.verify === true,
      servername: sni ? name : '',
      checkServerIdentity: (_host, certificate) =>
        ssl.verify === true ? distrust(name, certificate as DetailedPeerCertificate, ssl.depth ?? 1) : undefined,
      ALPNProtocols: [],
    };
    return { options, sessions, name };
  };
}

/** Makes the contexts of a location: one, or one for each certificate that variables name. */
function contexts(prefix: string, ssl: TlsLocation): (exchange: Exchange | undefined) => SecureContext {
  const { certificate, key, verify, trusted } = ssl;
  const made = new Map<string, SecureContext>();
  return (exchange) => {
    if (verify === true && trusted === undefined) {
      throw new PlacelessError(`no ${prefix}_ssl_trusted_certificate for ${prefix}_ssl_verify`);
    }
    if (certificate !== undefined && key === undefined) {
      throw new PlacelessError(`no "${prefix}_ssl_certificate_key" is defined for certificate "${certificate.text}"`);
    }
    const names = namesOf(certificate, key, exchange);
    const id = names?.join('\n') ?? '';
    const known = made.get(id);
    if (known !== undefined) return known;
    const context = onDemand.tls.createSecureContext(contextOptions(ssl, names));
    made.set(id, context);
    return context;
  };
}

/** The files of the certificate and its key; `undefined` for a connection without one. */
function namesOf(
  certificate: PemFile | undefined,
  key: PemFile | undefined,
  exchange: Exchange | undefined,
): [certificate: string, key: string] | undefined {
  if (certificate === undefined || key === undefined) return undefined;
  const [cert, own] = [certificate, key].map(({ file, value, resolve }) => {
    if (value === undefined) return file;
    const name = exchange === undefined ? '' : value(exchange);
    return name === '' ? '' : resolve(name);
  }) as [string, string];
  return cert === '' ? undefined : [cert, own];
}

function contextOptions(ssl: TlsLocation, files: [string, string] | undefined): SecureContextOptions {
  const { trusted, verify, ciphers = 'DEFAULT@SECLEVEL=1', protocols, passwords, revoked, commands } = ssl;
  const authorities = verify === true && trusted !== undefined;
  const options: SecureContextOptions = {
    ...(authorities ? { ca: readPem(trusted, `SSL_CTX_load_verify_locations("${trusted}")`) } : {}),
    ...(authorities && revoked !== undefined ? { crl: readPem(revoked, `X509_LOOKUP_load_file("${revoked}")`) } : {}),
    ...(files === undefined ? {} : readKeyPair(files[0], files[1], passwords)),
    ciphers,
    ...tlsRange(protocols ?? ['TLSv1.2', 'TLSv1.3']),
  };
  return withTlsCommands(options, commands);
}

/** Why a certificate isn't one for this name, or too far from an authority: `depth` others may stand between them. */
function distrust(name: string, certificate: DetailedPeerCertificate, depth: number): Error | undefined {
  // OpenSSL goes no further, and doesn't find who vouches for the last one that it looks at.
  if (issuersAbove(certificate) - 1 > depth)
    return Object.assign(new Error(), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
  return onDemand.tls.checkServerIdentity(name, certificate);
}
