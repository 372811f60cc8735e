import type { ConnectionOptions, SecureContext } from 'node:tls';
import { ConfigError, PlacelessError } from '../config/index.ts';
import { readKeyPair, readPem } from '../http/certificate.ts';
import type { Exchange } from '../http/exchange.ts';
import { HeaderSet } from '../http/header-set.ts';
import type { ComplexValue } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import type { TemporaryPath } from '../http/temporary-file.ts';
import { type CacheLocation, mergeCache } from './cache/directives.ts';
import type { CacheSettings } from './cache/settings.ts';
import type { UpstreamTls } from './connection.ts';
import { NEXT } from './failure.ts';
import type { ForwardSettings } from './forward.ts';
import type { ProxyUrl } from './proxy-url.ts';
import { type RequestForm, type SetHeader, wholeForm } from './request-head.ts';
import type { ReplaceRule } from './rewrite-headers.ts';
import { HIDDEN } from './take-head.ts';
import { tlsRange } from './tls-range.ts';

/** The target of `proxy_pass`: a URL known from the start, or a value with variables. */
export interface ProxyPass {
  readonly url: ProxyUrl | undefined;
  /** Under which the registry knows the upstream. */
  readonly key: string;
  readonly value: ComplexValue | undefined;
  /** Length of the location's name, which the URL's path replaces. */
  readonly locationLength: number;
  readonly location: string;
}

/** `proxy_ssl_*`. Paths are absolute. */
export interface ProxyTls {
  verify?: boolean;
  depth?: number;
  serverName?: boolean;
  name?: ComplexValue;
  trusted?: string;
  certificate?: string;
  key?: string;
  ciphers?: string;
  protocols?: readonly string[];
  sessionReuse?: boolean;
}

/** The proxy module's configuration of a location; what isn't set is `undefined` until it is merged. Times in milliseconds, sizes in bytes. */
export interface ProxyLocation {
  pass?: ProxyPass;
  connectTimeout?: number;
  sendTimeout?: number;
  readTimeout?: number;
  nextUpstream?: number;
  nextUpstreamTries?: number;
  nextUpstreamTimeout?: number;
  bufferSize?: number;
  buffers?: { readonly number: number; readonly size: number };
  busyBuffersSize?: number;
  maxTempFileSize?: number;
  tempFileWriteSize?: number;
  tempPath?: TemporaryPath;
  buffering?: boolean;
  requestBuffering?: boolean;
  ignoreClientAbort?: boolean;
  interceptErrors?: boolean;
  passRequestHeaders?: boolean;
  passRequestBody?: boolean;
  httpVersion?: '1.0' | '1.1';
  method?: ComplexValue;
  setBody?: ComplexValue;
  setHeaders?: SetHeader[];
  hideHeaders?: string[];
  passHeaders?: string[];
  ignoreHeaders?: ReadonlySet<string>;
  /** `undefined`: not said; 'off', or rules of which 'default' stands for nginx's own. */
  redirect?: 'off' | ('default' | ReplaceRule)[];
  cookieDomain?: 'off' | ReplaceRule[];
  cookiePath?: 'off' | ReplaceRule[];
  ssl: ProxyTls;
  readonly cache: CacheLocation;

  // Made by the merge.
  form?: RequestForm;
  wholeForm?: RequestForm;
  hidden?: HeaderSet;
  redirects?: readonly ReplaceRule[];
  cookieDomains?: readonly ReplaceRule[];
  cookiePaths?: readonly ReplaceRule[];
  tls?: (exchange: Exchange, url: ProxyUrl) => UpstreamTls;
  settings?: ForwardSettings;
  caching?: CacheSettings | undefined;
}

export const createProxyLocation = (): ProxyLocation => ({ ssl: {}, cache: {} });

const DEFAULTS = {
  connectTimeout: 60_000,
  sendTimeout: 60_000,
  readTimeout: 60_000,
  nextUpstream: NEXT.error | NEXT.timeout,
  nextUpstreamTries: 0,
  nextUpstreamTimeout: 0,
  bufferSize: 4096,
  buffers: { number: 8, size: 4096 },
  maxTempFileSize: 1024 ** 3,
  buffering: true,
  requestBuffering: true,
  ignoreClientAbort: false,
  interceptErrors: false,
  passRequestHeaders: true,
  passRequestBody: true,
  httpVersion: '1.0',
  ignoreHeaders: new Set<string>(),
} as const;

const INHERITED = [
  'method',
  'setBody',
  'setHeaders',
  'hideHeaders',
  'passHeaders',
  'redirect',
  'cookieDomain',
  'cookiePath',
  'pass',
  'busyBuffersSize',
  'tempFileWriteSize',
  'tempPath',
] as const;

/** Headers nginx never passes on from the client unless `proxy_set_header` names them. */
const HOP_BY_HOP = [
  'Host',
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'TE',
  'Keep-Alive',
  'Expect',
  'Upgrade',
];

/** Fills in what `child` left unset and prepares what requests use. Source: ngx_http_proxy_merge_loc_conf. */
export function mergeProxyLocation(parent: ProxyLocation, child: ProxyLocation): void {
  for (const key of INHERITED)
    if (child[key] === undefined && parent[key] !== undefined) Object.assign(child, { [key]: parent[key] });
  for (const key of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    Object.assign(child, { [key]: child[key] ?? parent[key] ?? DEFAULTS[key] });
  }
  checkBuffers(child);
  child.ssl = { ...parent.ssl, ...child.ssl };
  mergeCache('proxy', parent.cache, child.cache);
  const { pass } = child;
  if (pass === undefined) return;
  child.form = requestForm(child, pass);
  child.wholeForm = wholeForm(child.form);
  const shown = new Set((child.passHeaders ?? []).map((name) => name.toLowerCase()));
  child.hidden = new HeaderSet(
    [...HIDDEN, ...(child.hideHeaders ?? [])].filter((name) => !shown.has(name.toLowerCase())),
  );
  child.redirects = redirectRules(child, pass);
  child.cookieDomains = child.cookieDomain === 'off' ? [] : (child.cookieDomain ?? []);
  child.cookiePaths = child.cookiePath === 'off' ? [] : (child.cookiePath ?? []);
  child.tls = pass.url?.scheme === 'http' ? undefined! : tlsOptions(child.ssl, pass.url?.scheme === 'https');
}

/** The sizes must fit one another. Throws in nginx's words. Source: ngx_http_proxy_merge_loc_conf. */
function checkBuffers({
  bufferSize,
  buffers,
  busyBuffersSize,
  maxTempFileSize,
  tempFileWriteSize,
}: ProxyLocation): void {
  const { number, size } = buffers!;
  if (number < 2) throw new ConfigError('there must be at least 2 "proxy_buffers"');
  const largest = Math.max(bufferSize!, size);
  const busy = busyBuffersSize ?? 2 * largest;
  const maximum = 'the maximum of the value of "proxy_buffer_size" and one of the "proxy_buffers"';
  if (busy < largest) throw new ConfigError(`"proxy_busy_buffers_size" must be equal to or greater than ${maximum}`);
  if (busy > (number - 1) * size) {
    throw new ConfigError(
      '"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer',
    );
  }
  if (tempFileWriteSize !== undefined && tempFileWriteSize < largest) {
    throw new ConfigError(`"proxy_temp_file_write_size" must be equal to or greater than ${maximum}`);
  }
  if (maxTempFileSize !== 0 && maxTempFileSize! < largest) {
    throw new ConfigError(
      `"proxy_max_temp_file_size" must be equal to zero to disable temporary files usage or must be equal to or greater than ${maximum}`,
    );
  }
}

function requestForm(location: ProxyLocation, pass: ProxyPass): RequestForm {
  const given = location.setHeaders ?? [];
  const names = new Set(given.map((header) => header.name.toLowerCase()));
  const host = pass.url?.hostHeader;
  const defaults: SetHeader[] = [
    { name: 'Host', value: host === undefined ? (exchange) => exchange.variables.get('proxy_host') ?? '' : () => host },
    { name: 'Connection', value: () => 'close' },
  ];
  return {
    httpVersion: location.httpVersion!,
    method: location.method,
    headers: [...given, ...defaults.filter((header) => !names.has(header.name.toLowerCase()))],
    passHeaders: location.passRequestHeaders!,
    dropped: new HeaderSet([...HOP_BY_HOP, ...names]),
    ownContentLength: names.has('content-length'),
    ownTransferEncoding: names.has('transfer-encoding'),
  };
}

function redirectRules(location: ProxyLocation, pass: ProxyPass): readonly ReplaceRule[] {
  const { redirect } = location;
  if (redirect === 'off') return [];
  const { url } = pass;
  const own: ReplaceRule[] = [];
  if (url !== undefined) {
    const from = url.uri === '' ? `${url.url}/` : url.url;
    const to = url.uri === '' ? '/' : pass.location;
    own.push({ from: () => from, to: () => to, whole: false });
  }
  return redirect === undefined ? own : redirect.flatMap((rule) => (rule === 'default' ? own : [rule]));
}

/** Options for connections by TLS. The certificate files are read once. */
function tlsOptions(ssl: ProxyTls, used: boolean): NonNullable<ProxyLocation['tls']> {
  const make = (): SecureContext => {
    const { trusted, certificate, key, verify, ciphers = 'DEFAULT@SECLEVEL=1', protocols } = ssl;
    if (verify === true && trusted === undefined) {
      throw new PlacelessError('no proxy_ssl_trusted_certificate for proxy_ssl_verify');
    }
    if (certificate !== undefined && key === undefined) {
      throw new PlacelessError(`no "proxy_ssl_certificate_key" is defined for certificate "${certificate}"`);
    }
    return onDemand.tls.createSecureContext({
      ...(verify !== true || trusted === undefined
        ? {}
        : { ca: readPem(trusted, `SSL_CTX_load_verify_locations("${trusted}")`) }),
      ...(certificate === undefined || key === undefined ? {} : readKeyPair(certificate, key)),
      ciphers,
      ...tlsRange(protocols ?? ['TLSv1.2', 'TLSv1.3']),
    });
  };
  let context = used ? make() : undefined;
  const sessions = ssl.sessionReuse === false ? undefined : new Map<string, Buffer>();
  return (exchange, url) => {
    context ??= make();
    const name = (ssl.name?.(exchange) ?? url.where.host).replace(/:\d+$/, '');
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
