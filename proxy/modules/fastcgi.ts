import { type Directive, flag } from '../config/index.ts';
import { sendLowat } from '../http/accepted.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, Module } from '../http/module.ts';
import { findMatchOrTell, type Regex } from '../http/regex.ts';
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
import { readCgiHead } from '../upstream/protocols/cgi-head.ts';
import { encodeFastcgiHead, fastcgiFraming } from '../upstream/protocols/fastcgi.ts';
import { FastcgiAnswer } from '../upstream/protocols/fastcgi-answer.ts';
import type { AnswerProtocol } from '../upstream/protocols/protocol.ts';
import { HIDDEN_BY_ALL } from '../upstream/take-head.ts';
import { upstreamDirectives } from '../upstream/upstream-directives.ts';

interface FastcgiLocation extends GatewayLocation {
  index?: string;
  split?: Regex;
  keepConnection?: boolean;
  catchStderr?: string[];
}

const gateway: Gateway<FastcgiLocation> = {
  prefix: 'fastcgi',
  scheme: 'fastcgi',
  schemes: new Map(),
  streamsChunked: true,
  framing: fastcgiFraming,
  hidden: ['Status', ...HIDDEN_BY_ALL],
  encode: ({ keepConnection }, parameters) => encodeFastcgiHead(parameters, keepConnection!),
  protocol,
};

function protocol({ keepConnection, catchStderr = [] }: FastcgiLocation): AnswerProtocol {
  const readHead: AnswerProtocol['readHead'] = (text) => {
    const head = readCgiHead(text, false);
    if (head !== undefined && !('problem' in head)) head.close = !keepConnection;
    return head;
  };
  const settings = { keepConnection: keepConnection!, catchStderr, readHead };
  return { readHead, reader: (log) => new FastcgiAnswer(settings, log) };
}

const everywhere = ['http', 'server', 'location'] as const;

/** Requests to applications by FastCGI. Source: ngx_http_fastcgi_module.c. */
export const fastcgi: Module = {
  name: 'ngx_http_fastcgi_module',
  directives: [
    passDirective(
      gateway,
      gatewayHandler(gateway, () => fastcgi),
    ),
    parameterDirective('fastcgi_param'),
    slot<FastcgiLocation>('location', everywhere, 'fastcgi_index', 'index', (directive) => directive.words[0]!.text),
    {
      name: 'fastcgi_split_path_info',
      contexts: everywhere,
      arguments: 1,
      level: 'location',
      set(location: FastcgiLocation, directive, build) {
        location.split = splitExpression(directive, build);
      },
    },
    slot<FastcgiLocation>('location', everywhere, 'fastcgi_keep_conn', 'keepConnection', flag),
    {
      name: 'fastcgi_catch_stderr',
      contexts: everywhere,
      arguments: 1,
      level: 'location',
      set(location: FastcgiLocation, { words }) {
        location.catchStderr = [...(location.catchStderr ?? []), words[0]!.text];
      },
    },
    sendLowat('fastcgi_send_lowat'),
    ...upstreamDirectives('fastcgi', 'ngx_http_fastcgi_module', GATEWAY_RETRIES),
  ],
  ...cacheMain,
  createLocation: (): FastcgiLocation => ({ ssl: {}, cache: {} }),
  mergeLocation(parent: FastcgiLocation, child: FastcgiLocation, warn: (message: string) => void) {
    child.keepConnection ??= parent.keepConnection ?? false;
    child.index ??= parent.index ?? '';
    if (child.split === undefined && parent.split !== undefined) child.split = parent.split;
    if (child.catchStderr === undefined && parent.catchStderr !== undefined) child.catchStderr = parent.catchStderr;
    mergeGatewayLocation(gateway, parent, child, warn);
  },
  variables: {
    fastcgi_script_name(exchange) {
      const [script] = splitPath(exchange);
      return script.endsWith('/') ? script + exchange.location<FastcgiLocation>(fastcgi).index : script;
    },
    fastcgi_path_info: (exchange) => splitPath(exchange)[1],
  },
};

function splitExpression(directive: Directive, build: Build): Regex {
  const { text } = directive.words[0]!;
  const regex = build.regex(text, false);
  if (regex.groups !== 2) build.fail(`pattern "${text}" must have 2 captures`);
  return regex;
}

/** The path of the script, and what follows it. Source: ngx_http_fastcgi_split. */
function splitPath(exchange: Exchange): readonly [script: string, rest: string] {
  const { split } = exchange.location<FastcgiLocation>(fastcgi);
  const match = split === undefined ? null : findMatchOrTell(split, exchange.uri, exchange);
  return match === null ? [exchange.uri, ''] : [match[1] ?? '', match[2] ?? ''];
}
