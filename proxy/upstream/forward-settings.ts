import type { Exchange } from '../http/exchange.ts';
import type { Module } from '../http/module.ts';
import { systemTemporaryPath } from '../http/temporary-file.ts';
import { type CacheMain, cacheSettings } from './cache/directives.ts';
import type { ForwardSettings } from './forward-request.ts';
import type { AnswerProtocol } from './protocols/protocol.ts';
import type { UpstreamLocation } from './upstream-location.ts';

/** The settings of a module's location for `Forwarding`, and for its cache, made once. */
export function settingsOf(
  exchange: Exchange,
  module: Module,
  prefix: string,
  location: UpstreamLocation,
  takeHead: () => ForwardSettings['takeHead'],
  protocol: AnswerProtocol | undefined = undefined,
): ForwardSettings {
  if (location.settings !== undefined) return location.settings;
  const { buffers, maxTempFileSize, tempPath } = location;
  const spool = {
    memory: buffers!.number * buffers!.size,
    file: maxTempFileSize!,
    path: tempPath ?? systemTemporaryPath(prefix),
  };
  const { caches } = exchange.main<CacheMain>(module);
  location.caching = cacheSettings(location.cache, location.ignoreHeaders!, caches);
  location.settings = {
    connectTimeout: location.connectTimeout!,
    sendTimeout: location.sendTimeout!,
    readTimeout: location.readTimeout!,
    nextUpstream: location.nextUpstream!,
    nextUpstreamTries: location.nextUpstreamTries!,
    nextUpstreamTimeout: location.nextUpstreamTimeout!,
    bufferSize: location.bufferSize!,
    spool: location.buffering === true ? spool : undefined,
    spoolOnWish: location.ignoreHeaders!.has('x-accel-buffering') ? undefined : spool,
    ignoreClientAbort: location.ignoreClientAbort!,
    limitRate: location.buffering === true ? location.limitRate! : 0,
    socketKeepalive: location.socketKeepalive!,
    bind: location.bind === 'off' ? undefined : location.bind,
    protocol,
    takeHead: takeHead(),
  };
  return location.settings;
}
