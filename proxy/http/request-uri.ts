/** A request target taken apart: the normalised, decoded path (bytes as latin1) and the raw query. */
export interface RequestUri {
  readonly path: string;
  readonly args: string;
}

/** A path that needs no work: no escapes, no fragment, no dot after a slash, no doubled slash. */
const PLAIN = /^(?:\/(?![./])[^%#?/]*)+$/;

/**
 * Decodes and normalises a request target: percent escapes, `.` and `..`, and with `mergeSlashes` doubled slashes.
 * Returns `undefined` when it is malformed (bad escape, `%00`) or leaves the root.
 * Source: ngx_http_parse_complex_uri in nginx's ngx_http_parse.c.
 */
export function parseRequestUri(target: string, mergeSlashes = true): RequestUri | undefined {
  const question = target.indexOf('?');
  const raw = question < 0 ? target : target.slice(0, question);
  if (PLAIN.test(raw)) {
    if (question < 0) return { path: raw, args: '' };
    const hash = target.indexOf('#', question);
    return { path: raw, args: hash < 0 ? target.slice(question + 1) : target.slice(question + 1, hash) };
  }
  const hash = target.indexOf('#');
  const end = hash < 0 ? target.length : hash;
  const args = question >= 0 && question < end ? target.slice(question + 1, end) : '';
  const path = normalise(target.slice(0, question >= 0 && question < end ? question : end), mergeSlashes);
  return path === undefined ? undefined : { path, args };
}

function normalise(raw: string, mergeSlashes: boolean): string | undefined {
  const decoded = decode(raw);
  if (decoded === undefined) return undefined;
  const segments: string[] = [];
  // The first segment is the empty one before the leading slash.
  const parts = decoded.split('/');
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!;
    const last = i === parts.length - 1;
    if (part === '' && !last) {
      if (!mergeSlashes) segments.push('');
    } else if (part === '.') {
      if (last) segments.push('');
    } else if (part === '..') {
      if (segments.length === 0) return undefined;
      segments.pop();
      if (last) segments.push('');
    } else {
      segments.push(part);
    }
  }
  return `/${segments.join('/')}`;
}

/** Percent-decodes to bytes (as latin1). An escaped slash or dot counts as one, as in nginx. */
function decode(raw: string): string | undefined {
  let from = raw.indexOf('%');
  if (from < 0) return raw;
  let result = raw.slice(0, from);
  while (from >= 0) {
    const high = hexDigit(raw.charCodeAt(from + 1));
    const low = hexDigit(raw.charCodeAt(from + 2));
    if (high < 0 || low < 0) return undefined;
    const code = high * 16 + low;
    if (code === 0) return undefined;
    result += String.fromCharCode(code);
    const next = raw.indexOf('%', from + 3);
    result += raw.slice(from + 3, next < 0 ? undefined : next);
    from = next;
  }
  return result;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Escapes a decoded path for a `Location` or a request line, byte by byte, as nginx's NGX_ESCAPE_URI. */
export function escapeUri(path: string): string {
  return path.replace(/[\x00-\x20"#%<>?\\^`{|}\x7f-\xff]/g, percent);
}

/** Escapes for a query value, as nginx's NGX_ESCAPE_ARGS. */
export function escapeArgs(text: string): string {
  return text.replace(/[\x00-\x20"#%&+;<=>?\\^`{|}\x7f-\xff]/g, percent);
}

/** Escapes everything but the unreserved characters, as nginx's NGX_ESCAPE_URI_COMPONENT. */
export function escapeUriComponent(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~]/g, percent);
}

function percent(character: string): string {
  const code = character.charCodeAt(0);
  return `%${code < 16 ? '0' : ''}${code.toString(16).toUpperCase()}`;
}
