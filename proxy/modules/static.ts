import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Exchange } from '../http/exchange.ts';
import { describeFile, OpenFile, sendBody } from '../http/file-body.ts';
import type { KeptFile } from '../http/kept-files.ts';
import { KeptFiles } from '../http/kept-files.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { contentTypeOf, fileEtag } from '../http/mime.ts';
import { DECLINED, type Module, OK } from '../http/module.ts';
import { redirectLocation } from '../http/redirect.ts';
import { escapeUri } from '../http/request-uri.ts';
import { isForbiddenLink } from '../http/symlinks.ts';
import type { TraceStep } from '../http/trace/trace.ts';

/** Files up to this many bytes are sent in one go. */
const SMALL = 65_536;
/** Files up to this many bytes are kept in memory, if there is room. */
const MOST_KEPT = 2 * 1024 * 1024;
/** Milliseconds a kept file is believed without looking, where `open_file_cache` allows it at all. */
const BELIEVED = 1000;

/**
 * Serves files. Those in demand are kept in memory, small ones head and body ready to be sent: each request looks whether
 * the file has changed, or once a second where `open_file_cache` is on. The others are opened, read and closed synchronously, piece by
 * piece as the client takes them: asynchronous file calls go through a thread pool, which halves the throughput of files
 * that are in the page cache anyway. Source: ngx_http_static_module.c.
 */
export const staticModule: Module = {
  name: 'ngx_http_static_module',
  alwaysAtWork: true,
  directives: [],
  createMain: (): KeptFiles => new KeptFiles(),
  phases: { content: serveStatic },
};

function serveStatic(exchange: Exchange): number {
  const { method, uri, core } = exchange;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return 405;
  if (uri.charCodeAt(uri.length - 1) === 47) return DECLINED;
  exchange.trace?.tell(fileStep(mapUriToPath(exchange)), WHERE);
  const kept = exchange.main<KeptFiles>(staticModule);
  // Where the folder is the same for all requests, the path of the request says which file it is.
  const fixed = core.rootText !== undefined && !(core.alias && core.regex !== undefined);
  const path = fixed ? '' : mapUriToPath(exchange);
  const key = fixed ? uri : `${path}\0${uri}`;
  if (core.disableSymlinks !== undefined && isForbiddenLink(exchange, mapUriToPath(exchange))) {
    const name = mapUriToPath(exchange);
    exchange.logError('error', `open() "${name}" failed (40: Too many levels of symbolic links)`);
    return 403;
  }
  const known = kept.find(core, key);
  if (known !== undefined && method !== 'POST') {
    if (stillTheSame(known, exchange)) return exchange.discardBody() || sendKept(exchange, kept, known);
    kept.drop(known);
  }
  return open(exchange, fixed ? mapUriToPath(exchange) : path, kept, key);
}

const WHERE = { names: ['root', 'alias'] };

function fileStep(path: string): TraceStep {
  return { step: 'file', says: `the file is ${path}`, path };
}

function stillTheSame(known: KeptFile, { core, startedAt }: Exchange): boolean {
  if ((core.openFileCache?.max ?? 0) > 0 && startedAt - known.checked < Math.min(BELIEVED, core.openFileCacheValid)) {
    return true;
  }
  const { name, inode, modified, size } = known.facts;
  try {
    const stats = statSync(name, { throwIfNoEntry: false });
    if (stats?.ino !== inode || stats.mtimeMs !== modified || stats.size !== size) return false;
    known.checked = startedAt;
    return true;
  } catch {
    return false;
  }
}

function sendKept(exchange: Exchange, kept: KeptFiles, file: KeptFile): number {
  const { lastModified, etag, size, contentType } = file.facts;
  describeFile(exchange, lastModified, etag, size, contentType);
  if (size <= SMALL) exchange.respondKept(file.answer);
  else {
    exchange.sendHead();
    sendBody(exchange, kept.read(file), size);
  }
  return OK;
}

function open(exchange: Exchange, path: string, kept: KeptFiles, key: string): number {
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
    const refused = exchange.discardBody();
    if (refused !== 0) return refused;
    const lastModified = new Date(Math.floor(stats.mtimeMs / 1000) * 1000);
    const etag = fileEtag(stats);
    const contentType = contentTypeOf(exchange);
    const { ino: inode, mtimeMs: modified, size } = stats;
    if (isWorthKeeping(exchange, size) && kept.makeRoom(size)) {
      const body = readWhole(descriptor, size);
      if (body.length === size) {
        const facts = { name, body, inode, modified, size, lastModified, etag, contentType };
        return sendKept(exchange, kept, kept.keep(exchange.core, key, facts, exchange.startedAt));
      }
    }
    describeFile(exchange, lastModified, etag, size, contentType);
    exchange.sendHead();
    handedOver = true;
    sendBody(exchange, new OpenFile(descriptor), size);
    return OK;
  } finally {
    if (!handedOver) closeSync(descriptor);
  }
}

/** A bigger file is read for who wants all of it. */
function isWorthKeeping(exchange: Exchange, size: number): boolean {
  return size <= SMALL || (size <= MOST_KEPT && exchange.method === 'GET' && exchange.header('range') === undefined);
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
