import type { Context, Directive, Word } from '../config/directive.ts';
import { flag, numberBetween, oneOf } from '../config/index.ts';
import type { Configuration } from '../http/configuration.ts';
import { ConnectionCounts } from '../http/connection-counts.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, type Build, type ComplexValue, DECLINED, type Module } from '../http/module.ts';
import { type SharedZone, zoneParameter } from '../http/shared-zones.ts';
import { inherit, slot } from '../http/slot.ts';
import type { ZoneAct } from '../http/zone-keeper.ts';

const NAME = 'ngx_http_limit_conn_module';
const LEVELS = ['info', 'notice', 'warn', 'error'] as const;

/** What a `limit_conn_zone` declares. */
interface Counted {
  readonly keyText: string;
  readonly key: ComplexValue;
  readonly counts: ConnectionCounts;
}

interface LimitConnLocation {
  limits?: { readonly zone: SharedZone; readonly most: number }[];
  logLevel?: (typeof LEVELS)[number];
  status?: number;
  dryRun?: boolean;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

const setting = slot<LimitConnLocation>;

/** A zone, a key in it, and how many requests of that key it has room for. */
type Place = readonly [zone: string, key: string, most: number];

type Verdict = readonly [outcome: 'taken' | 'busy' | 'full', zone: string];

const countsOf = ({ zones }: Configuration, zone: string): ConnectionCounts =>
  (zones.named(zone).state as Counted).counts;

/** Takes a place in each of the zones, or in none. */
const takePlaces: ZoneAct<readonly Place[], Verdict> = {
  name: 'limit_conn',
  perform(configuration, holder, places) {
    for (const [i, [zone, key, most]] of places.entries()) {
      const outcome = countsOf(configuration, zone).take(holder, key, most);
      if (outcome === 'taken') continue;
      freePlaces.perform(configuration, holder, places.slice(0, i));
      return [outcome, zone];
    }
    return ['taken', ''];
  },
};

const freePlaces: ZoneAct<readonly Place[], true> = {
  name: 'limit_conn free',
  perform(configuration, holder, places) {
    for (const [zone, key] of places) countsOf(configuration, zone).release(holder, key);
    return true;
  },
};

/** How many requests of one key are answered at a time. Source: ngx_http_limit_conn_module.c. */
export const limitConnModule: Module = {
  name: NAME,
  directives: [
    {
      name: 'limit_conn_zone',
      contexts: ['http'],
      arguments: 2,
      level: 'main',
      set: (_, ...given) => setZone(...given),
    },
    { name: 'limit_conn', contexts: CONTEXTS, arguments: 2, level: 'location', set: setLimit },
    setting('location', CONTEXTS, 'limit_conn_log_level', 'logLevel', (directive) =>
      oneOf<(typeof LEVELS)[number]>(directive, LEVELS),
    ),
    setting('location', CONTEXTS, 'limit_conn_status', 'status', (directive) => numberBetween(directive, 400, 599)),
    setting('location', CONTEXTS, 'limit_conn_dry_run', 'dryRun', flag),
  ],
  createLocation: (): LimitConnLocation => ({}),
  mergeLocation: inherit,
  variables: { limit_conn_status: (exchange) => exchange.variables.get('limit_conn_status') },
  zoneActs: [takePlaces, freePlaces],
  idle: ({ limits }: LimitConnLocation) => limits === undefined,
  phases: { preaccess: limitConnections },
};

/** `limit_conn_zone key zone=name:size`. */
function setZone(directive: Directive, build: Build): void {
  const [{ text: keyText }, { text }] = directive.words as readonly [Word, Word];
  const key = build.value(keyText);
  if (!text.startsWith('zone=')) build.fail(`invalid parameter "${text}"`);
  const { name, size } = zoneParameter(text, build);
  if (name === '') build.fail(`"${directive.name}" must have "zone" parameter`);
  const zone = build.zone(name, size, NAME);
  const known = zone.state as Counted | undefined;
  if (known !== undefined) build.fail(`${directive.name} "${name}" is already bound to key "${known.keyText}"`);
  const earlier = build.earlierState(zone, NAME) as Counted | undefined;
  if (earlier !== undefined && earlier.keyText !== keyText) {
    build.fail(
      `limit_conn_zone "${name}" uses the "${keyText}" key while previously it used the "${earlier.keyText}" key`,
    );
  }
  const counts = earlier?.counts ?? new ConnectionCounts(zone.size);
  zone.contents = counts;
  zone.state = { keyText, key, counts } satisfies Counted;
}

/** `limit_conn zone number`. */
function setLimit(configuration: LimitConnLocation, directive: Directive, build: Build): void {
  const [{ text: name }, { text: count }] = directive.words as readonly [Word, Word];
  const zone = build.zone(name, 0, NAME);
  configuration.limits ??= [];
  if (configuration.limits.some((limit) => limit.zone === zone))
    build.fail(`"${directive.name}" directive is duplicate`);
  const most = /^\d+$/.test(count) ? Number(count) : 0;
  if (most === 0) build.fail(`invalid number of connections "${count}"`);
  if (most > 65535) build.fail('connection limit must be less 65536');
  configuration.limits.push({ zone, most });
}

function limitConnections(exchange: Exchange): number {
  const { limits } = exchange.location<LimitConnLocation>(limitConnModule);
  if (limits === undefined || exchange.variables.has('limit_conn_status')) return DECLINED;
  const places: Place[] = [];
  for (const { zone, most } of limits) {
    const { keyText, key: keyOf } = zone.state as Counted;
    const key = keyOf(exchange);
    if (key === '') continue;
    if (key.length > 255) {
      exchange.logError('error', `the value of the "${keyText}" key is more than 255 bytes: "${key}"`);
      continue;
    }
    places.push([zone.name, key, most]);
  }
  if (places.length === 0) return DECLINED;
  const verdict = exchange.zones.ask(takePlaces, places, (late) => {
    if (exchange.finished) {
      if (late?.[0] === 'taken') free(exchange, places);
    } else {
      exchange.resume(late === undefined ? 500 : obey(exchange, places, late));
    }
  });
  return verdict === undefined ? AGAIN : obey(exchange, places, verdict);
}

function obey(exchange: Exchange, places: readonly Place[], [outcome, zone]: Verdict): number {
  const { logLevel = 'error', status = 503, dryRun = false } = exchange.location<LimitConnLocation>(limitConnModule);
  if (outcome === 'taken') {
    exchange.variables.set('limit_conn_status', 'PASSED');
    exchange.atEnd(() => free(exchange, places));
    return DECLINED;
  }
  if (outcome === 'busy') {
    exchange.logError(logLevel, `limiting connections${dryRun ? ', dry run,' : ''} by zone "${zone}"`);
  }
  exchange.variables.set('limit_conn_status', dryRun ? 'REJECTED_DRY_RUN' : 'REJECTED');
  return dryRun ? DECLINED : status;
}

function free(exchange: Exchange, places: readonly Place[]): void {
  exchange.zones.ask(freePlaces, places, () => undefined);
}
