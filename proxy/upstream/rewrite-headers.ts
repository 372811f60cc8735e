import type { Exchange } from '../http/exchange.ts';
import type { ComplexValue } from '../http/module.ts';
import { findMatchOrTell, type Regex } from '../http/regex.ts';

/** One rule of `proxy_redirect`, `proxy_cookie_domain` or `proxy_cookie_path`: what to look for, what to put there. */
export interface ReplaceRule {
  /** A prefix of the text, or a regular expression. */
  readonly from: ComplexValue | Regex;
  readonly to: ComplexValue;
  /** The whole text must be equal, letters in any case (`proxy_cookie_domain`). */
  readonly whole: boolean;
}

/** The text after the first rule that fits; `undefined` when none does. Source: ngx_http_proxy_rewrite_redirect. */
export function replaceByRules(exchange: Exchange, rules: readonly ReplaceRule[], text: string): string | undefined {
  for (const rule of rules) {
    if (typeof rule.from !== 'function') {
      const match = findMatchOrTell(rule.from, text, exchange);
      if (match === null) continue;
      exchange.captures = [...match];
      for (const [name, value] of Object.entries(match.groups ?? {})) exchange.variables.set(name, value ?? '');
      const replaced = rule.to(exchange);
      return text.slice(0, match.index) + replaced + text.slice(match.index + match[0].length);
    }
    const from = rule.from(exchange);
    if (rule.whole) {
      const dot = text.startsWith('.') ? '.' : '';
      const wanted = from.startsWith('.') ? from.slice(1) : from;
      if (text.slice(dot.length).toLowerCase() === wanted.toLowerCase()) return dot + rule.to(exchange);
    } else if (text.startsWith(from)) {
      return rule.to(exchange) + text.slice(from.length);
    }
  }
  return undefined;
}

/** `Refresh: 5; url=...` with its URL replaced. */
export function replaceInRefresh(exchange: Exchange, rules: readonly ReplaceRule[], text: string): string {
  const match = /url=/i.exec(text);
  if (match === null) return text;
  const start = match.index + 4;
  const replaced = replaceByRules(exchange, rules, text.slice(start));
  return replaced === undefined ? text : text.slice(0, start) + replaced;
}
