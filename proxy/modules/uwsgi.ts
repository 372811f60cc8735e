import { numberBetween } from '../config/index.ts';
import type { Module } from '../http/module.ts';
import { slot } from '../http/slot.ts';
import { cacheMain } from '../upstream/cache/directives.ts';
import {
  GATEWAY_RETRIES,
  type Gateway,
  type GatewayLocation,
  gatewayHandler,
  mergeGatewayLocation,
  passDirective,
} from '../upstream/gateway.ts';
import { parameterDirective } from '../upstream/parameters.ts';
import { CgiHeadReader, readCgiHead } from '../upstream/protocols/cgi-head.ts';
import { encodeUwsgiHead } from '../upstream/protocols/uwsgi.ts';
import { HIDDEN_BY_ALL } from '../upstream/take-head.ts';
import { upstreamDirectives } from '../upstream/upstream-directives.ts';
import { tlsDirectives } from '../upstream/upstream-tls.ts';

interface UwsgiLocation extends GatewayLocation {
  modifier1?: number;
  modifier2?: number;
  string?: string;
}

const gateway: Gateway<UwsgiLocation> = {
  prefix: 'uwsgi',
  scheme: 'uwsgi',
  schemes: new Map([
    ['uwsgi', false],
    ['suwsgi', true],
  ]),
  streamsChunked: false,
  framing: undefined,
  hidden: HIDDEN_BY_ALL,
  encode: ({ modifier1, modifier2, string }, parameters) => encodeUwsgiHead(parameters, modifier1, modifier2, string),
  protocol: () => ({ readHead, reader: () => new CgiHeadReader(readHead) }),
};

/** A uwsgi connection carries one request. */
function readHead(text: string): ReturnType<typeof readCgiHead> {
  const head = readCgiHead(text, true);
  if (head !== undefined && !('problem' in head)) head.close = true;
  return head;
}

const everywhere = ['http', 'server', 'location'] as const;
const byte = (name: string, key: 'modifier1' | 'modifier2'): Module['directives'][number] =>
  slot<UwsgiLocation>('location', everywhere, name, key, (directive) => numberBetween(directive, 0, 255));

/** Requests to applications by the uwsgi protocol. Source: ngx_http_uwsgi_module.c. */
export const uwsgi: Module = {
  name: 'ngx_http_uwsgi_module',
  directives: [
    passDirective(
      gateway,
      gatewayHandler(gateway, () => uwsgi),
    ),
    parameterDirective('uwsgi_param'),
    byte('uwsgi_modifier1', 'modifier1'),
    byte('uwsgi_modifier2', 'modifier2'),
    slot<UwsgiLocation>('location', everywhere, 'uwsgi_string', 'string', (directive) => directive.words[0]!.text),
    ...upstreamDirectives('uwsgi', 'ngx_http_uwsgi_module', GATEWAY_RETRIES),
    ...tlsDirectives('uwsgi'),
  ],
  ...cacheMain,
  createLocation: (): UwsgiLocation => ({ ssl: {}, cache: {} }),
  mergeLocation(parent: UwsgiLocation, child: UwsgiLocation, warn: (message: string) => void) {
    mergeGatewayLocation(gateway, parent, child, warn);
    child.modifier1 ??= parent.modifier1 ?? 0;
    child.modifier2 ??= parent.modifier2 ?? 0;
    child.string ??= parent.string ?? '';
  },
};
