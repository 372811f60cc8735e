import type { Context, Directive } from '../config/directive.ts';
import { flag, numberBetween, oneOf } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, type Build, type ComplexValue, DECLINED, type Module } from '../http/module.ts';
import { LocalRequestRates, type RequestRates } from '../http/request-rates.ts';
import { type SharedZone, zoneParameter } from '../http/shared-zones.ts';
import { inherit, slot } from '../http/slot.ts';

const NAME = 'ngx_http_limit_req_module';
const LEVELS = ['info', 'notice', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** What a `limit_req_zone` declares. */
interface Counted {
  readonly keyText: string;
  readonly key: ComplexValue;
  /** Thousandths of a request a second. */
  readonly rate: number;
  readonly rates: RequestRates;
}

/** One `limit_req`; thousandths of a request. */
interface Limit {
  readonly zone: SharedZone;
  readonly burst: number;
  readonly delay: number;
}

interface LimitReqLocation {
  limits?: Limit[];
  logLevel?: Level;
  status?: number;
  dryRun?: boolean;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

const setting = slot<LimitReqLocation>;

/** How often a key may ask: a leaky bucket per key, in nginx's integer milliseconds. Source: ngx_http_limit_req_module.c. */
export const limitReqModule: Module = {
  name: NAME,
  directives: [
    {
      name: 'limit_req_zone',
      contexts: ['http'],
      arguments: 3,
      level: 'main',
      set: (_, ...given) => setZone(...given),
    },
    { name: 'limit_req', contexts: CONTEXTS, arguments: [1, 3], level: 'location', set: setLimit },
    setting('location', CONTEXTS, 'limit_req_log_level', 'logLevel', (directive) => oneOf<Level>(directive, LEVELS)),
    setting('location', CONTEXTS, 'limit_req_status', 'status', (directive) => numberBetween(directive, 400, 599)),
    setting('location', CONTEXTS, 'limit_req_dry_run', 'dryRun', flag),
  ],
  createLocation: (): LimitReqLocation => ({}),
  mergeLocation: inherit,
  variables: { limit_req_status: (exchange) => exchange.variables.get('limit_req_status') },
  idle: ({ limits }: LimitReqLocation) => limits === undefined,
  phases: { preaccess: limitRequests },
};

/** `limit_req_zone key zone=name:size rate=N`. */
function setZone(directive: Directive, build: Build): void {
  const keyText = directive.words[0]!.text;
  const key = build.value(keyText);
  let declared: { readonly name: string; readonly size: number } | undefined;
  let rate = 1000;
  for (const { text } of directive.words.slice(1)) {
    if (text.startsWith('zone=')) declared = zoneParameter(text, build);
    else if (text.startsWith('rate=')) rate = parseRate(text, build);
    else build.fail(`invalid parameter "${text}"`);
  }
  if (declared === undefined || declared.name === '') build.fail(`"${directive.name}" must have "zone" parameter`);
  const zone = build.zone(declared.name, declared.size, NAME);
  const known = zone.state as Counted | undefined;
  if (known !== undefined) {
    build.fail(`${directive.name} "${zone.name}" is already bound to key "${known.keyText}"`);
  }
  const earlier = build.earlierState(zone, NAME) as Counted | undefined;
  if (earlier !== undefined && earlier.keyText !== keyText) {
    build.fail(
      `limit_req "${zone.name}" uses the "${keyText}" key while previously it used the "${earlier.keyText}" key`,
    );
  }
  const rates = earlier?.rates ?? new LocalRequestRates(zone.size);
  zone.state = { keyText, key, rate, rates } satisfies Counted;
}

/** Thousandths of a request a second. */
function parseRate(text: string, build: Build): number {
  const [, digits, unit] = /^rate=(.*?)(r\/s|r\/m)?$/.exec(text)!;
  const rate = /^\d+$/.test(digits!) ? Number(digits) : 0;
  if (rate === 0) build.fail(`invalid rate "${text}"`);
  return Math.floor((rate * 1000) / (unit === 'r/m' ? 60 : 1));
}

/** `limit_req zone=name [burst=number] [nodelay | delay=number]`. */
function setLimit(configuration: LimitReqLocation, directive: Directive, build: Build): void {
  let zone: SharedZone | undefined;
  let burst = 0;
  let delay = 0;
  for (const { text } of directive.words) {
    if (text.startsWith('zone=')) zone = build.zone(text.slice(5), 0, NAME);
    else if (text.startsWith('burst=')) burst = positive(text, 'burst', build);
    else if (text.startsWith('delay=')) delay = positive(text, 'delay', build);
    else if (text === 'nodelay') delay = Number.POSITIVE_INFINITY;
    else build.fail(`invalid parameter "${text}"`);
  }
  if (zone === undefined) build.fail(`"${directive.name}" must have "zone" parameter`);
  configuration.limits ??= [];
  if (configuration.limits.some((limit) => limit.zone === zone))
    build.fail(`"${directive.name}" directive is duplicate`);
  configuration.limits.push({ zone, burst: burst * 1000, delay: delay * 1000 });
}

function positive(text: string, name: string, build: Build): number {
  const digits = text.slice(name.length + 1);
  const value = /^\d+$/.test(digits) ? Number(digits) : 0;
  return value > 0 ? value : build.fail(`invalid ${name} value "${text}"`);
}

function limitRequests(exchange: Exchange): number {
  const {
    limits,
    logLevel = 'error',
    status = 503,
    dryRun = false,
  } = exchange.location<LimitReqLocation>(limitReqModule);
  if (limits === undefined || exchange.variables.has('limit_req_status')) return DECLINED;
  const now = Math.floor(performance.now());
  const counted: (Pick<Counted, 'rate' | 'rates'> & { readonly limit: Limit; readonly key: string })[] = [];
  for (const limit of limits) {
    const { keyText, key: keyOf, rate, rates } = limit.zone.state as Counted;
    const key = keyOf(exchange);
    if (key === '') continue;
    if (key.length > 65535) {
      exchange.logError('error', `the value of the "${keyText}" key is more than 65535 bytes: "${key}"`);
      continue;
    }
    const excess = rates.excess(key, now, rate);
    if (excess > limit.burst) {
      const words = `limiting requests${dryRun ? ', dry run' : ''}, excess: ${thousandths(excess)}`;
      exchange.logError(logLevel, `${words} by zone "${limit.zone.name}"`);
      exchange.variables.set('limit_req_status', dryRun ? 'REJECTED_DRY_RUN' : 'REJECTED');
      return dryRun ? DECLINED : status;
    }
    counted.push({ limit, rate, rates, key });
  }
  if (counted.length === 0) return DECLINED;

  let wait = 0;
  let slowest = { excess: 0, name: '' };
  for (const { limit, rate, rates, key } of counted.reverse()) {
    const excess = rates.account(key, now, rate);
    if (excess <= limit.delay) continue;
    const delay = Math.floor(((excess - limit.delay) * 1000) / rate);
    if (delay <= wait) continue;
    wait = delay;
    slowest = { excess, name: limit.zone.name };
  }
  if (wait === 0) {
    exchange.variables.set('limit_req_status', 'PASSED');
    return DECLINED;
  }
  const level = LEVELS[Math.max(0, LEVELS.indexOf(logLevel) - 1)]!;
  const words = `delaying request${dryRun ? ', dry run' : ''}, excess: ${thousandths(slowest.excess)}`;
  exchange.logError(level, `${words}, by zone "${slowest.name}"`);
  exchange.variables.set('limit_req_status', dryRun ? 'DELAYED_DRY_RUN' : 'DELAYED');
  if (dryRun) return DECLINED;
  const timer = setTimeout(() => {
    exchange.onAbort = undefined;
    exchange.resume(DECLINED);
  }, wait);
  exchange.onAbort = () => clearTimeout(timer);
  return AGAIN;
}

function thousandths(excess: number): string {
  return `${Math.floor(excess / 1000)}.${String(excess % 1000).padStart(3, '0')}`;
}
