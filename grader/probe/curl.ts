import type { RequestOptions } from '../lab.ts';

/** How a student reaches the target: the front door's addresses in their own words. */
export interface CurlDoor {
  /** `127.0.0.1`, `127.0.0.1:8088` or a live host */
  readonly http: string;
  readonly https: string;
  /** File of the authority's certificate, in the student's words. */
  readonly authorityFile?: string;
  /** The live host's own name needs no `Host` header. */
  readonly ownName?: string;
}

/** The shell line with which a student repeats a request. */
export function curlLine(path: string, options: RequestOptions, host: string | null, door: CurlDoor): string {
  if (options.port !== undefined) {
    const { port, outside, https: _, ...rest } = options;
    const http = `${outside ? 'ADDRESS-OF-THIS-MACHINE' : '127.0.0.1'}:${port}`;
    return curlLine(path, rest, host, { ...door, http });
  }
  const method = options.method ?? 'GET';
  const words = ['curl', method === 'HEAD' ? '-I' : '-i'];
  if (/\/\.{1,2}(\/|$|\?)/.test(path)) words.push('--path-as-is');
  if (/[[\]{}]/.test(path)) words.push('-g');
  if (method !== 'GET' && method !== 'HEAD' && !(method === 'POST' && options.body !== undefined)) {
    words.push('-X', quote(method));
  }
  words.push(...(options.https ? secureWords(host, options, door) : host === null ? ['-0', '-H', "'Host:'"] : []));
  if (options.from !== undefined) words.push('--interface', options.from);
  const names = Object.entries(options.headers ?? {}).filter(([name]) => name.toLowerCase() !== 'host');
  if (!options.https && host !== null && host !== door.ownName) words.push('-H', quote(`Host: ${host}`));
  for (const [name, value] of names) words.push('-H', quote(`${name}: ${value}`));
  const authority =
    options.https && host !== null && door.ownName === undefined ? host : options.https ? door.https : door.http;
  const url = quote(`${options.https ? 'https' : 'http'}://${authority}${path}`);
  return withBody(words, url, options.body);
}

function secureWords(host: string | null, options: RequestOptions, door: CurlDoor): string[] {
  const words: string[] = [];
  if (host !== null && door.ownName === undefined) words.push('--resolve', quote(`${host}:443:127.0.0.1`));
  if (options.verify === false) words.push('-k');
  else if (door.authorityFile !== undefined) words.push('--cacert', quote(door.authorityFile));
  return words;
}

/** A long body is stood in for by as many bytes, so that the line stays one that can be typed. */
function withBody(words: readonly string[], url: string, body: string | Uint8Array | undefined): string {
  if (body === undefined) return [...words, url].join(' ');
  if (typeof body === 'string' && body.length <= 300) return [...words, '--data-binary', quote(body), url].join(' ');
  const length = Buffer.byteLength(body);
  return `head -c ${length} /dev/zero | tr '\\0' x | ${[...words, '--data-binary', '@-', url].join(' ')}`;
}

/** A word as a POSIX shell reads it back unchanged. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
