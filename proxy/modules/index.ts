import { core } from '../http/core.ts';
import { http2Module } from '../http/http2-settings.ts';
import type { Module } from '../http/module.ts';
import { upstreamRegistry } from '../upstream/registry.ts';
import { accessModule } from './access.ts';
import { additionModule } from './addition.ts';
import { authBasicModule } from './auth-basic.ts';
import { authRequestModule } from './auth-request.ts';
import { autoindexModule } from './autoindex.ts';
import { charsetModule } from './charset.ts';
import { emptyGifModule } from './empty-gif.ts';
import { fastcgi } from './fastcgi.ts';
import { geoModule } from './geo.ts';
import { gunzipModule } from './gunzip.ts';
import { gzipModule } from './gzip.ts';
import { gzipStaticModule } from './gzip-static.ts';
import { headersModule } from './headers.ts';
import { indexModule } from './index-module.ts';
import { limitConnModule } from './limit-conn.ts';
import { limitReqModule } from './limit-req.ts';
import { logModule } from './log.ts';
import { mapModule } from './map.ts';
import { mirrorModule } from './mirror.ts';
import { proxy } from './proxy.ts';
import { randomIndexModule } from './random-index.ts';
import { realipModule } from './realip.ts';
import { refererModule } from './referer.ts';
import { rewriteModule } from './rewrite.ts';
import { secureLinkModule } from './secure-link.ts';
import { splitClientsModule } from './split-clients.ts';
import { ssiModule } from './ssi.ts';
import { ssl } from './ssl.ts';
import { staticModule } from './static.ts';
import { stubStatusModule } from './stub-status.ts';
import { subFilterModule } from './sub-filter.ts';
import { upstream } from './upstream.ts';
import { useridModule } from './userid.ts';
import { uwsgi } from './uwsgi.ts';

/**
 * All modules of the `http` block. The order matters twice: handlers of one phase run from top to bottom (an index
 * file comes before a listing, a listing before the file itself), and so do head filters (headers that the
 * configuration adds are there before gzip looks; ranges are cut last, by the engine).
 */
export const modules: readonly Module[] = [
  core,
  ssl,
  http2Module,
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
  randomIndexModule,
  indexModule,
  autoindexModule,
  gzipStaticModule,
  staticModule,
  upstreamRegistry,
  proxy,
  fastcgi,
  uwsgi,
  upstream,
  stubStatusModule,
  emptyGifModule,
  refererModule,
  secureLinkModule,
  headersModule,
  useridModule,
  gunzipModule,
  additionModule,
  subFilterModule,
  charsetModule,
  ssiModule,
  gzipModule,
  logModule,
];
