import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { CoreLocation } from '../http/configuration.ts';
import type { Exchange } from '../http/exchange.ts';
import { describeFile, sendFileBody } from '../http/file-body.ts';
import { KeptAnswer } from '../http/kept-answer.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { contentTypeOf, fileEtag } from '../http/mime.ts';
import { DECLINED, type Module, OK } from '../http/module.ts';
import { redirectLocation } from '../http/redirect.ts';
import { escapeUri } from '../http/request-uri.ts';
import { isForbiddenLink } from '../http/symlinks.ts';

/** Files up to this many bytes are kept in memory. */
const SMALL = 65536;
/** Milliseconds a kept file is believed without looking, where `open_file_cache` allows it at all. */
const BELIEVED = 1000;
/** Bytes of all kept files together. One in demand takes twice as much, for it is kept with its head as well. */
const MOST_KEPT = 32 * 1024 * 1024;

interface KeptFile {
  /** The path, as bytes. */
  readonly name: Buffer;
  readonly answer: KeptAnswer;
  readonly inode: number;
  readonly modified: number;
  readonly size: number;
  readonly lastModified: Date;
  readonly etag: string;
  readonly contentType: string | undefined;
  checked: number;
}

interface StaticMain {
  /** By place of the configuration, and what of the request decides which file it is there. */
  readonly kept: Map<CoreLocation, Map<string, KeptFile>>;
  bytes: number;
  files: number;
}

/**
 * Serves files. Small ones are kept in memory, head and body ready to be sent: each request looks whether the file has
 * changed, or once a second where `open_file_cache` is on. The others are opened, read and closed synchronously, piece by
 * piece as the client takes them: asynchronous file calls go through a thread pool, which halves the throughput of files
 * that are in the page cache anyway. Source: ngx_http_static_module.c.
 */
export const staticModule: Module = {
  name: 'ngx_http_static_module',
  alwaysAtWork: true,
  directives: [],
  createMain: (): StaticMain => ({ kept: new Map(), bytes: 0, files: 0 }),
  phases: { content: serveStatic },
};

function serveStatic(exchange: Exchange): number {
  const { method, uri, core } = exchange;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 405;
  if (uri.charCodeAt(uri.length - 1) === 47) return DECLINED;
  const main = exchange.main<StaticMain>(staticModule);
  // Where the folder is the same for all requests, the path of the request says which file it is.
  const fixed = core.rootText !== undefined && !(core.alias && core.regex !== undefined);
  const path = fixed ? '' : mapUriToPath(exchange);
  const key = fixed ? uri : `${path}\0${uri}`;
  if (core.disableSymlinks !== undefined && isForbiddenLink(exchange, mapUriToPath(exchange))) {
    const name = mapUriToPath(exchange);
    exchange.logError('error', `open() "${name}" failed (40: Too many levels of symbolic links)`);
    return 403;
  }
  const known = main.kept.get(core)?.get(key);
  if (known !== undefined && method !== 'POST') {
    if (stillTheSame(known, exchange)) return sendKept(exchange, known);
    main.kept.get(core)!.delete(key);
    main.bytes -= known.size;
    main.files--;
  }
  return open(exchange, fixed ? mapUriToPath(exchange) : path, main, key);
}

function stillTheSame(known: KeptFile, { core, startedAt }: Exchange): boolean {
  if (core.openFileCache !== undefined && startedAt - known.checked < Math.min(BELIEVED, core.openFileCacheValid)) {
    return true;
  }
  try {
    const stats = statSync(known.name, { throwIfNoEntry: false });
    if (stats?.ino !== known.inode || stats.mtimeMs !== known.modified || stats.size !== known.size) return false;
    known.checked = startedAt;
    return true;
  } catch {
    return false;
  }
}

function sendKept(exchange: Exchange, file: KeptFile): number {
  describeFile(exchange, file.lastModified, file.etag, file.size, file.contentType);
  exchange.respondKept(file.answer);
  return OK;
}

function open(exchange: Exchange, path: string, main: StaticMain, key: string): number {
  const name = Buffer.from(path, 'latin1');
  let descriptor: number;
  try {
    descriptor = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return openFailure(exchange, path, error as NodeJS.ErrnoException);
  }
  let handedOver = false;
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) return redirectToDirectory(exchange);
    if (!stats.isFile()) {
      exchange.logError('crit', `"${path}" is not a regular file`);
      return 404;
    }
    if (exchange.method === 'POST') return 405;
    const lastModified = new Date(Math.floor(stats.mtimeMs / 1000) * 1000);
    const etag = fileEtag(stats);
    const contentType = contentTypeOf(exchange);
    if (stats.size <= SMALL) {
      const body = readWhole(descriptor, stats.size);
      if (body.length === stats.size) {
        const { ino: inode, mtimeMs: modified, size } = stats;
        const answer = new KeptAnswer(body);
        const checked = exchange.startedAt;
        const file = { name, answer, inode, modified, size, lastModified, etag, contentType, checked };
        keep(main, exchange.core, key, file);
        return sendKept(exchange, file);
      }
    }
    describeFile(exchange, lastModified, etag, stats.size, contentType);
    exchange.sendHead();
    handedOver = true;
    sendFileBody(exchange, descriptor, 0, stats.size);
    return OK;
  } finally {
    if (!handedOver) closeSync(descriptor);
  }
}

function keep(main: StaticMain, core: CoreLocation, key: string, file: KeptFile): void {
  if (main.bytes + file.size > MOST_KEPT || main.files >= 10_000) {
    main.kept.clear();
    main.bytes = 0;
    main.files = 0;
  }
  let files = main.kept.get(core);
  if (files === undefined) {
    files = new Map();
    main.kept.set(core, files);
  }
  files.set(key, file);
  main.bytes += file.size;
  main.files++;
}

function readWhole(descriptor: number, size: number): Buffer {
  const body = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(descriptor, body, filled, size - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return body.subarray(0, filled);
}

function redirectToDirectory(exchange: Exchange): number {
  const args = exchange.args === '' ? '' : `?${exchange.args}`;
  exchange.responseHeaders.push('Location', redirectLocation(exchange, `${escapeUri(exchange.uri)}/${args}`));
  return 301;
}

function openFailure(exchange: Exchange, path: string, error: NodeJS.ErrnoException): number {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
      if (exchange.core.logNotFound) {
        const text = error.code === 'ENOTDIR' ? '20: Not a directory' : '2: No such file or directory';
        exchange.logError('error', `open() "${path}" failed (${text})`);
      }
      return 404;
    case 'EACCES':
    case 'ELOOP':
    case 'EPERM':
      exchange.logError('error', `open() "${path}" failed (13: Permission denied)`);
      return 403;
    default:
      exchange.logError('crit', `open() "${path}" failed (${error.code})`);
      return 500;
  }
}
