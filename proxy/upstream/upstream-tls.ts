import type { ConnectionOptions, SecureContext } from 'node:tls';
import { type Directive, flag, number, oneOf, PlacelessError } from '../config/index.ts';
import { readKeyPair, readPem } from '../http/certificate.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue, DirectiveSpec } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { slot } from '../http/slot.ts';
import type { UpstreamTls } from './connection.ts';
import { TLS_PROTOCOLS, tlsRange } from './tls-range.ts';

/** `proxy_ssl_*` and its like. Paths are absolute. */
export interface TlsLocation {
  verify?: boolean;
  depth?: number;
  serverName?: boolean;
  name?: ComplexValue;
  trusted?: string;
  certificate?: { readonly text: string; readonly file: string };
  key?: string;
  ciphers?: string;
  protocols?: readonly string[];
  sessionReuse?: boolean;
}

/** A configuration with connections by TLS in it. */
interface Secured {
  readonly ssl: TlsLocation;
}

const configurationFile = (directive: Directive, build: Build): string => build.path(directive.words[0]!.text, 'conf');

function oneOfProtocols(directive: Directive, index: number): string {
  const { text } = directive.words[index]!;
  return TLS_PROTOCOLS.find((name) => name === text) ?? oneOf(directive, TLS_PROTOCOLS, index);
}

/** The directives of TLS to upstreams for the module whose names begin with `prefix` (`proxy`, `uwsgi`). */
export function tlsDirectives(prefix: string): DirectiveSpec[] {
  const once = (
    name: string,
    key: keyof TlsLocation,
    read: (directive: Directive, build: Build) => unknown,
    count?: DirectiveSpec['arguments'],
  ): DirectiveSpec => {
    const one = slot<TlsLocation>(
      'location',
      ['http', 'server', 'location'],
      `${prefix}_ssl_${name}`,
      key,
      read,
      count,
    );
    return { ...one, set: ({ ssl }: Secured, directive, build) => one.set(ssl, directive, build) };
  };
  return [
    once('verify', 'verify', flag),
    once('verify_depth', 'depth', (directive) => number(directive)),
    once('server_name', 'serverName', flag),
    once('session_reuse', 'sessionReuse', flag),
    once('name', 'name', (directive, build) => build.value(directive.words[0]!.text)),
    once('ciphers', 'ciphers', (directive) => directive.words[0]!.text),
    once(
      'protocols',
      'protocols',
      (directive) => directive.words.map((_, index) => oneOfProtocols(directive, index)),
      [1, 6],
    ),
    once('trusted_certificate', 'trusted', configurationFile),
    once('certificate', 'certificate', (directive, build) => ({
      text: directive.words[0]!.text,
      file: configurationFile(directive, build),
    })),
    once('certificate_key', 'key', configurationFile),
  ];
}

/** How the connections for a request to a host are secured. */
export type SecureFor = (exchange: Exchange, host: string) => UpstreamTls;

/** Options for connections by TLS. The certificate files are read once: now, when it is certain that they are `used`. */
export function tlsOptions(prefix: string, ssl: TlsLocation, used: boolean): SecureFor {
  const make = (): SecureContext => {
    const { trusted, certificate, key, verify, ciphers = 'DEFAULT@SECLEVEL=1', protocols } = ssl;
    if (verify === true && trusted === undefined) {
      throw new PlacelessError(`no ${prefix}_ssl_trusted_certificate for ${prefix}_ssl_verify`);
    }
    if (certificate !== undefined && key === undefined) {
      throw new PlacelessError(`no "${prefix}_ssl_certificate_key" is defined for certificate "${certificate.text}"`);
    }
    return onDemand.tls.createSecureContext({
      ...(verify !== true || trusted === undefined
        ? {}
        : { ca: readPem(trusted, `SSL_CTX_load_verify_locations("${trusted}")`) }),
      ...(certificate === undefined || key === undefined ? {} : readKeyPair(certificate.file, key)),
      ciphers,
      ...tlsRange(protocols ?? ['TLSv1.2', 'TLSv1.3']),
    });
  };
  let context = used ? make() : undefined;
  const sessions = ssl.sessionReuse === false ? undefined : new Map<string, Buffer>();
  return (exchange, host) => {
    context ??= make();
    const name = (ssl.name?.(exchange) ?? host).replace(/:\d+$/, '');
    const sni = ssl.serverName === true && !/^[\d.]+$|:|^\[/.test(name);
    const options: ConnectionOptions = {
      secureContext: context,
      rejectUnauthorized: ssl.verify === true,
      servername: sni ? name : '',
      checkServerIdentity: (_host, certificate) =>
        ssl.verify === true ? onDemand.tls.checkServerIdentity(name, certificate) : undefined,
      ALPNProtocols: [],
    };
    return { options, sessions, name };
  };
}
