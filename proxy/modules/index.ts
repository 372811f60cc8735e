import { core } from '../http/core.ts';
import type { Module } from '../http/module.ts';
import { upstreamRegistry } from '../upstream/registry.ts';
import { accessModule } from './access.ts';
import { authBasicModule } from './auth-basic.ts';
import { authRequestModule } from './auth-request.ts';
import { autoindexModule } from './autoindex.ts';
import { geoModule } from './geo.ts';
import { gzipModule } from './gzip.ts';
import { headersModule } from './headers.ts';
import { indexModule } from './index-module.ts';
import { limitConnModule } from './limit-conn.ts';
import { limitReqModule } from './limit-req.ts';
import { logModule } from './log.ts';
import { mapModule } from './map.ts';
import { mirrorModule } from './mirror.ts';
import { proxy } from './proxy.ts';
import { realipModule } from './realip.ts';
import { rewriteModule } from './rewrite.ts';
import { splitClientsModule } from './split-clients.ts';
import { ssl } from './ssl.ts';
import { staticModule } from './static.ts';
import { upstream } from './upstream.ts';

/**
 * All modules of the `http` block. The order matters twice: handlers of one phase run from top to bottom (an index
 * file comes before a listing, a listing before the file itself), and so do head filters (headers that the
 * configuration adds are there before gzip looks; ranges are cut last, by the engine).
 */
export const modules: readonly Module[] = [
  core,
  ssl,
  mapModule,
  geoModule,
  splitClientsModule,
  realipModule,
  rewriteModule,
  limitReqModule,
  limitConnModule,
  accessModule,
  authBasicModule,
  authRequestModule,
  mirrorModule,
  indexModule,
  autoindexModule,
  staticModule,
  upstreamRegistry,
  proxy,
  upstream,
  headersModule,
  gzipModule,
  logModule,
];
