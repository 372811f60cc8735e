import { createHash, hash } from 'node:crypto';

const LISTS = new Set(['accept-charset', 'accept-encoding', 'accept-language']);

/** The name under which a key is stored: its MD5, in hexadecimal digits. `key` is a byte string. */
export function digestOf(key: string): string {
  return hash('md5', Buffer.from(key, 'latin1'), 'hex');
}

/**
 * The name of the variant of an answer that a request wants: the digest of the main key together with the request's
 * headers that `vary` names. Lists of languages, encodings and character sets are compared without their spaces.
 * Source: ngx_http_file_cache_vary.
 */
export function variantOf(main: string, vary: string, requestHeaders: readonly string[]): string {
  const digest = createHash('md5').update(main, 'hex');
  for (const name of vary
    .toLowerCase()
    .split(/[ ,]+/)
    .filter((word) => word !== '')) {
    digest.update(`${name}:`, 'latin1');
    digest.update(valuesOf(name, requestHeaders).join(','), 'latin1');
    digest.update('\r\n', 'latin1');
  }
  return digest.digest('hex');
}

function valuesOf(name: string, headers: readonly string[]): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() !== name) continue;
    const value = headers[i + 1]!;
    if (LISTS.has(name)) values.push(...value.split(/[ ,]+/).filter((word) => word !== ''));
    else values.push(value);
  }
  return values;
}

/** Where a digest lies below the folder of its cache. `levels=1:2` makes `c/29/b7f54b2df7773722d382f4809d65029c`. */
export function pathOf(digest: string, levels: readonly number[]): string {
  let end = digest.length;
  let path = '';
  for (const level of levels) {
    path += `${digest.slice(end - level, end)}/`;
    end -= level;
  }
  return path + digest;
}
