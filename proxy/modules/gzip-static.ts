import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Context } from '../config/directive.ts';
import { failedCall, oneOf, systemPath } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { describeFile, OpenFile, sendBody } from '../http/file-body.ts';
import { gzipOk, varyByEncoding } from '../http/gzip-ok.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { contentTypeOf, fileEtag } from '../http/mime.ts';
import { DECLINED, type Module, OK } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';

type Choice = 'off' | 'on' | 'always';

interface GzipStaticLocation {
  enabled?: Choice;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

/** `gzip_static`: a file that lies there compressed, `x.css.gz`, in place of `x.css`. Source: ngx_http_gzip_static_module.c. */
export const gzipStaticModule: Module = {
  name: 'ngx_http_gzip_static_module',
  directives: [
    slot<GzipStaticLocation>('location', CONTEXTS, 'gzip_static', 'enabled', (directive) =>
      oneOf<Choice>(directive, ['off', 'on', 'always']),
    ),
  ],
  createLocation: (): GzipStaticLocation => ({}),
  mergeLocation: inherit,
  idle: ({ enabled = 'off' }: GzipStaticLocation) => enabled === 'off',
  phases: { content: serveCompressed },
};

function serveCompressed(exchange: Exchange): number {
  const { enabled = 'off' } = exchange.location<GzipStaticLocation>(gzipStaticModule);
  if (enabled === 'off' || (exchange.method !== 'GET' && exchange.method !== 'HEAD')) return DECLINED;
  if (exchange.uri.endsWith('/')) return DECLINED;
  const wanted = enabled === 'always' || gzipOk(exchange);
  if (!wanted && !exchange.core.gzipVary) return DECLINED;
  const path = `${mapUriToPath(exchange)}.gz`;
  let descriptor: number;
  try {
    descriptor = openSync(systemPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') {
      exchange.logError(code === 'EACCES' || code === 'ELOOP' ? 'error' : 'crit', failedCall('open', path, error));
    }
    return DECLINED;
  }
  if (enabled === 'on') varyByEncoding(exchange);
  const stats = fstatSync(descriptor);
  if (!wanted || !stats.isFile()) {
    closeSync(descriptor);
    if (!wanted || stats.isDirectory()) return DECLINED;
    exchange.logError('crit', `"${path}" is not a regular file`);
    return 404;
  }
  const refused = exchange.discardBody();
  if (refused !== 0) {
    closeSync(descriptor);
    return refused;
  }
  const modified = new Date(Math.floor(stats.mtimeMs / 1000) * 1000);
  describeFile(exchange, modified, fileEtag(stats), stats.size, contentTypeOf(exchange));
  exchange.allowRanges = false;
  exchange.responseHeaders.push('Content-Encoding', 'gzip');
  exchange.sendHead();
  sendBody(exchange, new OpenFile(descriptor), stats.size);
  return OK;
}
