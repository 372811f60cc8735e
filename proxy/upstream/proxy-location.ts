import { HeaderSet } from '../http/header-set.ts';
import type { ComplexValue } from '../http/module.ts';
import type { CookieFlags, CookieForm } from './cookie.ts';
import type { ProxyUrl } from './proxy-url.ts';
import { type RequestForm, type SetHeader, wholeForm } from './request-head.ts';
import type { ReplaceRule } from './rewrite-headers.ts';
import { HIDDEN_BY_ALL } from './take-head.ts';
import { mergeUpstreamLocation, type UpstreamLocation } from './upstream-location.ts';
import { type SecureFor, tlsOptions } from './upstream-tls.ts';

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

/** The proxy module's configuration of a location; what isn't set is `undefined` until it is merged. */
export interface ProxyLocation extends UpstreamLocation {
  pass?: ProxyPass;
  httpVersion?: '1.0' | '1.1';
  method?: ComplexValue;
  setBody?: ComplexValue;
  setHeaders?: SetHeader[];
  /** `undefined`: not said; 'off', or rules of which 'default' stands for nginx's own. */
  redirect?: 'off' | ('default' | ReplaceRule)[];
  cookieDomain?: 'off' | ReplaceRule[];
  cookiePath?: 'off' | ReplaceRule[];
  cookieFlags?: 'off' | CookieFlags[];

  // Made by the merge.
  form?: RequestForm;
  wholeForm?: RequestForm;
  redirects?: readonly ReplaceRule[];
  cookies?: CookieForm | undefined;
  secure?: SecureFor | undefined;
}

export const createProxyLocation = (): ProxyLocation => ({ ssl: {}, cache: {} });

const INHERITED = [
  'method',
  'setBody',
  'setHeaders',
  'redirect',
  'cookieDomain',
  'cookiePath',
  'cookieFlags',
  'pass',
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

/** Not passed on unless `proxy_pass_header` names them. */
const HIDDEN = ['Date', 'Server', 'X-Pad', ...HIDDEN_BY_ALL];

/** Fills in what `child` left unset and prepares what requests use. Source: ngx_http_proxy_merge_loc_conf. */
export function mergeProxyLocation(parent: ProxyLocation, child: ProxyLocation): void {
  for (const key of INHERITED)
    if (child[key] === undefined && parent[key] !== undefined) Object.assign(child, { [key]: parent[key] });
  child.httpVersion ??= parent.httpVersion ?? '1.0';
  mergeUpstreamLocation('proxy', HIDDEN, parent, child);
  child.cache.convertHead ??= true;
  const { pass } = child;
  if (pass === undefined) return;
  child.form = requestForm(child, pass);
  child.wholeForm = wholeForm(child.form);
  child.redirects = redirectRules(child, pass);
  child.cookies = cookieForm(child);
  child.secure = pass.url?.scheme === 'http' ? undefined : tlsOptions('proxy', child.ssl, pass.url?.scheme === 'https');
}

function cookieForm({ cookieDomain, cookiePath, cookieFlags }: ProxyLocation): CookieForm | undefined {
  const lists = [cookieDomain, cookiePath, cookieFlags].map((list) => (list === 'off' ? undefined : list));
  if (lists.every((list) => list === undefined)) return undefined;
  const [domains = [], paths = [], flags = []] = lists as [ReplaceRule[]?, ReplaceRule[]?, CookieFlags[]?];
  return { domains, paths, flags };
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
