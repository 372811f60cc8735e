import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import { type HostAndPort, parseHostAndPort } from '../http/host-and-port.ts';
import { AGAIN, type Build, type ComplexValue, type DirectiveSpec, type Handler, type Module } from '../http/module.ts';
import { Caching } from './cache/caching.ts';
import { findUpstream } from './dynamic.ts';
import { NEXT } from './failure.ts';
import { Forwarding } from './forward.ts';
import type { ForwardSettings } from './forward-request.ts';
import { settingsOf } from './forward-settings.ts';
import { type Parameter, Parameters } from './parameters.ts';
import type { AnswerProtocol } from './protocols/protocol.ts';
import { type Upstream, type UpstreamRegistry, upstreamRegistry } from './registry.ts';
import { type Framing, NO_BODY, type OutgoingBody, storeBody, streamBody } from './request-body.ts';
import { type Storing, storingFor } from './storing.ts';
import { takeHead } from './take-head.ts';
import { mergeUpstreamLocation, type UpstreamLocation } from './upstream-location.ts';
import { type SecureFor, tlsOptions } from './upstream-tls.ts';

/** The target of `uwsgi_pass` or `fastcgi_pass`: an address known from the start, or a value with variables. */
export interface GatewayPass {
  readonly target: Target | undefined;
  /** Under which the registry knows the upstream. */
  readonly key: string;
  readonly value: ComplexValue | undefined;
}

interface Target {
  /** `uwsgi`, without the colon and slashes. */
  readonly scheme: string;
  readonly authority: string;
  readonly where: HostAndPort;
}

/** A location of a module that sends requests as lists of parameters; what isn't set is `undefined` until it is merged. */
export interface GatewayLocation extends UpstreamLocation {
  pass?: GatewayPass;
  parameters?: Parameter[];

  // Made by the merge.
  request?: Parameters;
  secure?: SecureFor | undefined;
}

/** What makes one such protocol. */
export interface Gateway<Location extends GatewayLocation = GatewayLocation> {
  /** That of its directives. */
  readonly prefix: string;
  /** As logs have it where the address names none. */
  readonly scheme: string;
  /** Schemes that an address may begin with, and whether each is for TLS. */
  readonly schemes: ReadonlyMap<string, boolean>;
  /** A body of unknown length may be passed on as it comes. */
  readonly streamsChunked: boolean;
  readonly framing: Framing | undefined;
  /** Headers of answers that stay here. */
  readonly hidden: readonly string[];
  /** The head of a request, bytes as latin1. */
  encode(location: Location, parameters: [name: string, value: string][]): string | { readonly problem: string };
  /** How the answers for a location are read. */
  protocol(location: Location): AnswerProtocol;
}

/** What `uwsgi_next_upstream` and `fastcgi_next_upstream` may name: applications behind them know no 502 and 504. */
export const GATEWAY_RETRIES: readonly string[] = Object.keys(NEXT).filter(
  (name) => name !== 'http_502' && name !== 'http_504',
);

/** Takes the scheme and the address apart. */
function targetOf({ scheme, schemes }: Gateway, text: string): Target {
  const named = [...schemes.keys()].find((name) => text.toLowerCase().startsWith(`${name}://`));
  const authority = named === undefined ? text : text.slice(named.length + 3);
  const where = parseHostAndPort(authority, 0);
  const problem = where.path === undefined && /[/?]/.test(authority) ? 'invalid host' : where.problem;
  return { scheme: named ?? scheme, authority, where: { ...where, problem } };
}

/** `uwsgi_pass` and its like; `handler` is what it puts into its location. Source: ngx_http_uwsgi_pass. */
export function passDirective(gateway: Gateway, handler: Handler): DirectiveSpec {
  const name = `${gateway.prefix}_pass`;
  return {
    name,
    contexts: ['location', 'if in location'],
    arguments: 1,
    level: 'location',
    set(location: GatewayLocation, directive, build: Build) {
      if (location.pass !== undefined) build.fail(`"${name}" directive is duplicate`);
      const place = build.configuration<CoreLocation>(core, 'location');
      const { text } = directive.words[0]!;
      place.handler = handler;
      if (place.name?.endsWith('/')) place.autoRedirect = true;
      if (build.hasVariables(text)) {
        location.pass = { target: undefined, key: '', value: build.value(text) };
        return;
      }
      const target = targetOf(gateway, text);
      const { where, authority } = target;
      if (where.problem !== undefined) build.fail(`${where.problem} in upstream "${authority}"`);
      const registry = build.configuration<UpstreamRegistry>(upstreamRegistry, 'main');
      const key = registry.refer(where, authority, directive.file, directive.line);
      location.pass = { target, key, value: undefined };
    },
  };
}

/** Fills in what `child` left unset and prepares what requests use. */
export function mergeGatewayLocation<Location extends GatewayLocation>(
  { prefix, hidden, schemes }: Gateway<Location>,
  parent: Location,
  child: Location,
  warn: (message: string) => void,
): void {
  mergeUpstreamLocation(prefix, hidden, parent, child);
  const { cache, key } = child.cache;
  if (cache !== undefined && cache !== 'off' && key === undefined) {
    warn(`no "${prefix}_cache_key" for "${prefix}_cache"`);
  }
  if (child.parameters === undefined && parent.parameters !== undefined) child.parameters = parent.parameters;
  if (child.pass === undefined && parent.pass !== undefined) child.pass = parent.pass;
  const { target, value } = child.pass ?? {};
  const secured = target !== undefined && schemes.get(target.scheme) === true;
  if (secured || value !== undefined) child.secure = tlsOptions(prefix, child.ssl, secured);
  child.request = new Parameters(child.parameters ?? [], child.passRequestHeaders!);
}

/** The content handler of a protocol for the locations of `module`. */
export function gatewayHandler<Location extends GatewayLocation>(
  gateway: Gateway<Location>,
  module: () => Module,
): Handler {
  return (exchange) => {
    const location = exchange.location<Location>(module());
    const { target, key, value } = location.pass!;
    const found = (to: Target, upstream: Upstream): void => {
      readBody(exchange, gateway, location, (body, streamed) =>
        forward({ exchange, gateway, module: module(), location, target: to, upstream, body, streamed }),
      );
    };
    if (target !== undefined) {
      const upstream = exchange.main<UpstreamRegistry>(upstreamRegistry).find(key);
      if (upstream === undefined) return 500;
      found(target, upstream);
      return AGAIN;
    }
    const named = targetOf(gateway, value!(exchange));
    const { where, authority } = named;
    if (where.problem !== undefined) {
      exchange.logError('error', `${where.problem} in upstream "${authority}"`);
      return 500;
    }
    return findUpstream(exchange, where, authority, (upstream) => found(named, upstream));
  };
}

/** Reads the body, as far as it has to be there before anything is sent. */
function readBody<Location extends GatewayLocation>(
  exchange: Exchange,
  { streamsChunked }: Gateway<Location>,
  location: Location,
  ready: (body: OutgoingBody, streamed: boolean) => void,
): void {
  const { length } = exchange.body;
  if (length === 0) {
    ready(NO_BODY, false);
    return;
  }
  const passes = location.passRequestBody !== false;
  if (passes && location.requestBuffering === false && (length !== undefined || streamsChunked)) {
    streamBody(exchange, (body) => ready(body, true));
    return;
  }
  storeBody(exchange, (stored) => {
    if (!passes) exchange.atEnd(() => stored.close());
    ready(passes ? stored : NO_BODY, false);
  });
}

interface Outgoing<Location extends GatewayLocation> {
  readonly exchange: Exchange;
  readonly gateway: Gateway<Location>;
  readonly module: Module;
  readonly location: Location;
  readonly target: Target;
  readonly upstream: Upstream;
  readonly body: OutgoingBody;
  readonly streamed: boolean;
}

function forward<Location extends GatewayLocation>(outgoing: Outgoing<Location>): void {
  const { exchange, gateway, module, location } = outgoing;
  const settings =
    location.settings ??
    settingsOf(
      exchange,
      module,
      gateway.prefix,
      location,
      () => responseTaker(exchange, location),
      gateway.protocol(location),
    );
  if (location.caching === undefined) {
    send(outgoing, settings, storingFor(exchange, location));
    return;
  }
  Caching.begin(exchange, location.caching, '', settings, (keeper) => send(outgoing, settings, keeper));
}

function send<Location extends GatewayLocation>(
  { exchange, gateway, location, target, upstream, body, streamed }: Outgoing<Location>,
  settings: ForwardSettings,
  keeper: Caching | Storing | undefined,
): void {
  const { scheme, where } = target;
  const conditions = keeper instanceof Caching && keeper.cacheable ? keeper.conditions : undefined;
  const parameters = location.request!.of(exchange, conditions);
  const head = gateway.encode(location, parameters);
  if (typeof head !== 'string') {
    exchange.logError('alert', head.problem);
    body.close();
    keeper?.broken();
    exchange.fail(500);
    return;
  }
  const secured = gateway.schemes.get(scheme) === true;
  const tls = secured ? location.secure!(exchange, where.host) : undefined;
  if (secured && tls === undefined) return;
  const framed = gateway.framing === undefined ? body : body.framed(gateway.framing);
  const request = { upstream, scheme, tls, uri: '', body: framed, streamed, head, headOnly: false, keeper };
  new Forwarding(exchange, settings, request).start();
}

function responseTaker(exchange: Exchange, location: GatewayLocation): ForwardSettings['takeHead'] {
  const place = exchange.location<CoreLocation>(core);
  const form = {
    hidden: location.hidden!,
    redirects: [],
    cookies: undefined,
    ignored: location.ignoreHeaders!,
    interceptErrors: location.interceptErrors!,
    forceRanges: location.forceRanges!,
    absolute: (_exchange: Exchange, target: string) => target,
  };
  return (to, head) => takeHead(to, place, form, head);
}
