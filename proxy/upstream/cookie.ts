import type { Exchange } from '../http/exchange.ts';
import type { ComplexValue } from '../http/module.ts';
import { type ReplaceRule, replaceByRules } from './rewrite-headers.ts';

/** One line of `proxy_cookie_flags`. */
export interface CookieFlags {
  /** The cookie's name in any case, or an expression that it fits (`from`). */
  readonly cookie: Pick<ReplaceRule, 'from'>;
  readonly flags: readonly ComplexValue[];
}

/** What a location does to cookies. */
export interface CookieForm {
  readonly domains: readonly ReplaceRule[];
  readonly paths: readonly ReplaceRule[];
  readonly flags: readonly CookieFlags[];
}

/** A cookie, or one of its attributes. `value` is `undefined` where there is no `=`. */
interface Attribute {
  name: string;
  value: string | undefined;
}

/** A `Set-Cookie` value with its domain, path and flags replaced; the same text when nothing was. Source: ngx_http_proxy_rewrite_cookie. */
export function rewriteCookie(exchange: Exchange, form: CookieForm, text: string): string {
  const attributes = text.split(';').map((part): Attribute => {
    const equals = part.indexOf('=');
    const name = trimmed(equals < 0 ? part : part.slice(0, equals));
    return { name, value: equals < 0 ? undefined : trimmed(part.slice(equals + 1)) };
  });
  const [cookie, ...rest] = attributes as [Attribute, ...Attribute[]];
  if (cookie.value === undefined) return text;
  let changed = false;
  for (const attribute of rest) {
    const name = attribute.name.toLowerCase();
    const rules = name === 'domain' ? form.domains : name === 'path' ? form.paths : undefined;
    if (rules === undefined || attribute.value === undefined) continue;
    const replaced = replaceByRules(exchange, rules, attribute.value);
    if (replaced === undefined) continue;
    attribute.value = replaced;
    changed = true;
  }
  const flags = flagsFor(exchange, form.flags, cookie.name);
  const flagged = flags.size === 0 ? rest : withFlags(rest, flags);
  if (!changed && flags.size === 0) return text;
  return [cookie, ...flagged].map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join('; ');
}

const trimmed = (text: string): string => text.replace(/^ +| +$/g, '');

const FLAGS: ReadonlySet<string> = new Set([
  'secure',
  'nosecure',
  'httponly',
  'nohttponly',
  'samesite=strict',
  'samesite=lax',
  'samesite=none',
  'nosamesite',
]);

/** The flags of the first line that fits the cookie. */
function flagsFor(exchange: Exchange, lines: readonly CookieFlags[], cookie: string): Set<string> {
  const line = lines.find(({ cookie: { from } }) =>
    typeof from === 'function'
      ? from(exchange).toLowerCase() === cookie.toLowerCase()
      : replaceByRules(exchange, [{ from, to: () => '', whole: false }], cookie) !== undefined,
  );
  const words = line?.flags.map((flag) => flag(exchange).toLowerCase()) ?? [];
  return new Set(words.filter((word) => FLAGS.has(word)));
}

const SAME_SITE = [
  ['samesite=strict', 'Strict'],
  ['samesite=lax', 'Lax'],
  ['samesite=none', 'None'],
] as const;

/** Source: ngx_http_proxy_edit_cookie_flags. */
function withFlags(attributes: readonly Attribute[], flags: ReadonlySet<string>): Attribute[] {
  const has = (wanted: string): boolean => attributes.some(({ name }) => name.toLowerCase() === wanted);
  const site = SAME_SITE.find(([flag]) => flags.has(flag))?.[1];
  const edited: Attribute[] = [];
  for (const attribute of attributes) {
    const name = attribute.name.toLowerCase();
    const known = name === 'secure' || name === 'httponly' || name === 'samesite';
    if (known && flags.has(`no${name}`) && !(name === 'samesite' ? site !== undefined : flags.has(name))) continue;
    const other = name === 'samesite' && site !== undefined && attribute.value?.toLowerCase() !== site.toLowerCase();
    edited.push(other ? { name: 'SameSite', value: site } : attribute);
  }
  if (flags.has('secure') && !has('secure')) edited.push({ name: 'Secure', value: undefined });
  if (flags.has('httponly') && !has('httponly')) edited.push({ name: 'HttpOnly', value: undefined });
  if (site !== undefined && !has('samesite')) edited.push({ name: 'SameSite', value: site });
  return edited;
}
