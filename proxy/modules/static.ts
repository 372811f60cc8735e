import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import type { Exchange } from '../http/exchange.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { contentTypeOf, fileEtag } from '../http/mime.ts';
import { DECLINED, type Module, OK } from '../http/module.ts';
import { redirectLocation } from '../http/redirect.ts';
import { escapeUri } from '../http/request-uri.ts';

/** Files up to this many bytes are kept in memory. */
const SMALL = 65536;
/** Milliseconds a kept file is believed without looking. */
const BELIEVED = 1000;
/** Bytes of all kept files together. */
const MOST_KEPT = 64 * 1024 * 1024;
const CHUNK = 65536;

interface KeptFile {
  readonly body: Buffer;
  readonly inode: number;
  readonly modified: number;
  readonly size: number;
  readonly lastModified: Date;
  readonly etag: string;
  checked: number;
}

interface StaticMain {
  readonly kept: Map<string, KeptFile>;
  bytes: number;
}

/**
 * Serves files. Small ones are kept in memory and looked at again once a second, as `open_file_cache` does; the
 * others are opened, read and closed synchronously, piece by piece as the client takes them: asynchronous file
 * calls go through a thread pool, which halves the throughput of files that are in the page cache anyway.
 * Source: ngx_http_static_module.c.
 */
export const staticModule: Module = {
  name: 'ngx_http_static_module',
  alwaysAtWork: true,
  directives: [],
  createMain: (): StaticMain => ({ kept: new Map(), bytes: 0 }),
  phases: { content: serveStatic },
};

function serveStatic(exchange: Exchange): number {
  const { method } = exchange;
  const { uri } = exchange;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 405;
  if (uri.charCodeAt(uri.length - 1) === 47) return DECLINED;
  const path = mapUriToPath(exchange);
  const main = exchange.main<StaticMain>(staticModule);
  const known = main.kept.get(path);
  if (known !== undefined && method !== 'POST') {
    const now = performance.now();
    if (now - known.checked < BELIEVED || stillTheSame(path, known, now)) return sendKept(exchange, known);
    main.kept.delete(path);
    main.bytes -= known.size;
  }
  return open(exchange, path, main);
}

function stillTheSame(path: string, known: KeptFile, now: number): boolean {
  try {
    const stats = statSync(Buffer.from(path, 'latin1'));
    if (stats.ino !== known.inode || stats.mtimeMs !== known.modified || stats.size !== known.size) return false;
    known.checked = now;
    return true;
  } catch {
    return false;
  }
}

function sendKept(exchange: Exchange, file: KeptFile): number {
  describe(exchange, file.lastModified, file.etag, file.size);
  exchange.respond(file.body);
  return OK;
}

function describe(exchange: Exchange, lastModified: Date, etag: string, size: number): void {
  exchange.status = 200;
  exchange.lastModified = lastModified;
  exchange.contentLength = size;
  exchange.contentType = contentTypeOf(exchange);
  exchange.allowConditions = true;
  exchange.allowRanges = true;
  if (exchange.core.etag) exchange.responseHeaders.push('ETag', etag);
}

function open(exchange: Exchange, path: string, main: StaticMain): number {
  let descriptor: number;
  try {
    descriptor = openSync(Buffer.from(path, 'latin1'), constants.O_RDONLY | constants.O_NONBLOCK);
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
    if (stats.size <= SMALL) {
      const body = readWhole(descriptor, stats.size);
      if (body.length === stats.size) {
        const kept = keep(main, path, stats, body, lastModified, etag);
        return sendKept(exchange, kept);
      }
    }
    describe(exchange, lastModified, etag, stats.size);
    exchange.sendHead();
    handedOver = true;
    send(exchange, descriptor, stats.size);
    return OK;
  } finally {
    if (!handedOver) closeSync(descriptor);
  }
}

function keep(main: StaticMain, path: string, stats: Stats, body: Buffer, lastModified: Date, etag: string): KeptFile {
  const file: KeptFile = {
    body,
    inode: stats.ino,
    modified: stats.mtimeMs,
    size: stats.size,
    lastModified,
    etag,
    checked: performance.now(),
  };
  if (main.bytes + file.size > MOST_KEPT || main.kept.size > 10_000) {
    main.kept.clear();
    main.bytes = 0;
  }
  main.kept.set(path, file);
  main.bytes += file.size;
  return file;
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

/** Sends a file, or the ranges of it that were asked for, as fast as the client takes it. */
function send(exchange: Exchange, descriptor: number, size: number): void {
  const { segments } = exchange;
  const parts = segments?.parts ?? [{ prefix: undefined, start: 0, end: size }];
  let part = 0;
  let at = parts[0]?.start ?? 0;
  let introduced = false;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    closeSync(descriptor);
  };
  const pump = (): void => {
    while (!closed) {
      const current = parts[part];
      if (current === undefined || exchange.headerOnly) {
        close();
        if (segments?.suffix !== undefined && !exchange.headerOnly) exchange.write(segments.suffix);
        exchange.end();
        return;
      }
      if (!introduced) {
        introduced = true;
        if (current.prefix !== undefined) exchange.write(current.prefix);
      }
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, current.end - at));
      let count: number;
      try {
        count = buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, at);
      } catch (error) {
        exchange.logError('crit', `read() failed (${(error as NodeJS.ErrnoException).code})`);
        close();
        exchange.abort();
        return;
      }
      if (count === 0 && at < current.end) {
        // The file was cut short while it was being sent.
        close();
        exchange.abort();
        return;
      }
      at += count;
      if (at >= current.end) {
        part++;
        at = parts[part]?.start ?? 0;
        introduced = false;
      }
      if (count > 0 && !exchange.write(count === buffer.length ? buffer : buffer.subarray(0, count))) return;
    }
  };
  exchange.onDrain = pump;
  exchange.onAbort = close;
  pump();
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
