import type { Context } from '../config/directive.ts';
import { buffers, flag } from '../config/index.ts';
import { accepted } from '../http/accepted.ts';
import type { Exchange } from '../http/exchange.ts';
import { gzipOk, varyByEncoding } from '../http/gzip-ok.ts';
import { bodyChanges } from '../http/mime-types.ts';
import type { Module } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { inherit, slot } from '../http/slot.ts';
import { ZlibBody } from '../http/zlib-body.ts';

interface GunzipLocation {
  enabled?: boolean;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

/** `gunzip`: unpacks what comes compressed, for clients that don't take it so. Source: ngx_http_gunzip_filter_module.c. */
export const gunzipModule: Module = {
  name: 'ngx_http_gunzip_filter_module',
  directives: [
    slot<GunzipLocation>('location', CONTEXTS, 'gunzip', 'enabled', flag),
    accepted('location', 'gunzip_buffers', CONTEXTS, buffers, 2),
  ],
  createLocation: (): GunzipLocation => ({}),
  mergeLocation: inherit,
  idle: ({ enabled }: GunzipLocation) => enabled !== true,
  filterHead,
};

function filterHead(exchange: Exchange): void {
  if (exchange.location<GunzipLocation>(gunzipModule).enabled !== true) return;
  if (exchange.responseHeader('content-encoding')?.toLowerCase() !== 'gzip') return;
  varyByEncoding(exchange);
  if (gzipOk(exchange)) return;
  exchange.removeResponseHeader('content-encoding');
  bodyChanges(exchange);
  exchange.addBodyFilter((sink, ready) => {
    const zlib = onDemand.zlib.createGunzip({ chunkSize: 16_384 });
    return new ZlibBody(zlib, sink, ready, (error) => {
      exchange.logError('error', `inflate() failed: ${error.message}`);
      exchange.abort();
    });
  });
}
