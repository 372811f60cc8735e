import { buffers, type Directive, flag, number, size, time } from '../config/index.ts';
import { temporaryPath } from '../http/core.ts';
import type { Build, DirectiveSpec } from '../http/module.ts';
import { choice, slot } from '../http/slot.ts';
import { cacheDirectives } from './cache/directives.ts';
import { NEXT_OFF, reasonBits } from './failure.ts';
import { readBind } from './local-address.ts';
import { readAccess, readStore } from './storing.ts';
import type { UpstreamLocation } from './upstream-location.ts';

const EVERYWHERE = ['http', 'server', 'location'] as const;

/**
 * The directives that all modules which ask upstreams have in common, for the one whose names begin with `prefix`
 * (`proxy`, `fastcgi`, `uwsgi`). `owner` is the module's name, `retries` what its `_next_upstream` may name.
 */
export function upstreamDirectives(prefix: string, owner: string, retries: readonly string[]): DirectiveSpec[] {
  const once = (
    name: string,
    key: keyof UpstreamLocation,
    read: (directive: Directive, build: Build) => unknown,
    count?: DirectiveSpec['arguments'],
  ): DirectiveSpec => slot<UpstreamLocation>('location', EVERYWHERE, `${prefix}_${name}`, key, read, count);
  const choices = (
    name: string,
    key: keyof UpstreamLocation,
    words: readonly string[],
    made?: (chosen: ReadonlySet<string>) => unknown,
  ): DirectiveSpec => choice<UpstreamLocation>('location', EVERYWHERE, `${prefix}_${name}`, key, words, made);
  return [
    once('pass_request_headers', 'passRequestHeaders', flag),
    once('pass_request_body', 'passRequestBody', flag),
    once('connect_timeout', 'connectTimeout', (directive) => time(directive)),
    once('send_timeout', 'sendTimeout', (directive) => time(directive)),
    once('read_timeout', 'readTimeout', (directive) => time(directive)),
    once('next_upstream_tries', 'nextUpstreamTries', (directive) => number(directive)),
    once('next_upstream_timeout', 'nextUpstreamTimeout', (directive) => time(directive)),
    choices('next_upstream', 'nextUpstream', ['off', ...retries], retryBits),
    once('buffering', 'buffering', flag),
    once('request_buffering', 'requestBuffering', flag),
    once('ignore_client_abort', 'ignoreClientAbort', flag),
    once('intercept_errors', 'interceptErrors', flag),
    once('buffer_size', 'bufferSize', (directive) => size(directive)),
    once('buffers', 'buffers', buffers, 2),
    once('busy_buffers_size', 'busyBuffersSize', (directive) => size(directive)),
    once('max_temp_file_size', 'maxTempFileSize', (directive) => size(directive)),
    once('temp_file_write_size', 'tempFileWriteSize', (directive) => size(directive)),
    once('temp_path', 'tempPath', temporaryPath, [1, 4]),
    once('socket_keepalive', 'socketKeepalive', flag),
    once('force_ranges', 'forceRanges', flag),
    once('limit_rate', 'limitRate', (directive) => size(directive)),
    once('bind', 'bind', readBind, [1, 2]),
    store(prefix),
    once('store_access', 'storeAccess', readAccess, [1, 3]),
    header(`${prefix}_hide_header`, 'hideHeaders'),
    header(`${prefix}_pass_header`, 'passHeaders'),
    choices('ignore_headers', 'ignoreHeaders', IGNORABLE),
    ...cacheDirectives(prefix, owner, retries),
  ];
}

function store(prefix: string): DirectiveSpec {
  const name = `${prefix}_store`;
  const one = slot<UpstreamLocation>('location', EVERYWHERE, name, 'store', readStore);
  return {
    ...one,
    set(location: UpstreamLocation, directive, build) {
      one.set(location, directive, build);
      const { cache } = location.cache;
      if (location.store !== 'off' && cache !== undefined && cache !== 'off') {
        build.fail(`"${name}" directive is incompatible with "${prefix}_cache"`);
      }
    },
  };
}

const header = (name: string, key: 'hideHeaders' | 'passHeaders'): DirectiveSpec => ({
  name,
  contexts: EVERYWHERE,
  arguments: 1,
  level: 'location',
  set(location: UpstreamLocation, directive) {
    location[key] = [...(location[key] ?? []), directive.words[0]!.text];
  },
});

function retryBits(chosen: ReadonlySet<string>): number {
  if (chosen.has('off')) return NEXT_OFF;
  return reasonBits(chosen);
}

const IGNORABLE = [
  'X-Accel-Redirect',
  'X-Accel-Expires',
  'X-Accel-Limit-Rate',
  'X-Accel-Buffering',
  'X-Accel-Charset',
  'Expires',
  'Cache-Control',
  'Set-Cookie',
  'Vary',
].map((name) => name.toLowerCase());
