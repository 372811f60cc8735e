import type { Context, Directive } from '../config/directive.ts';
import { flag, numberBetween, oneOf } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, type Build, type ComplexValue, DECLINED, type Module } from '../http/module.ts';
import { RequestRates } from '../http/request-rates.ts';
import { type SharedZone, zoneParameter } from '../http/shared-zones.ts';
import { inherit, slot } from '../http/slot.ts';
import { machineTime, type ZoneAct } from '../http/zone-keeper.ts';

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

/** A zone and what a request counts for in it; `rate` in thousandths a second, `burst` and `delay` in thousandths of a request. */
type Asked = readonly [zone: string, key: string, rate: number, burst: number, delay: number];

/** What becomes of a request, because of which zone. `excess` in thousandths, `wait` in milliseconds. */
type Verdict = readonly [outcome: 'passed' | 'delayed' | 'rejected', zone: string, excess: number, wait: number];

/** Counts one request in all the zones that limit it, or in none when one of them is full. Source: ngx_http_limit_req_handler. */
const countRequest: ZoneAct<readonly Asked[], Verdict> = {
  name: 'limit_req',
  perform({ zones }, _holder, asked) {
    const now = machineTime();
    const ratesOf = (zone: string): RequestRates => (zones.named(zone).state as Counted).rates;
    for (const [zone, key, rate, burst] of asked) {
      const excess = ratesOf(zone).excess(key, now, rate);
      if (excess > burst) return ['rejected', zone, excess, 0];
    }
    let slowest: Verdict = ['passed', '', 0, 0];
    for (let i = asked.length - 1; i >= 0; i--) {
      const [zone, key, rate, , delay] = asked[i]!;
      const excess = ratesOf(zone).account(key, now, rate);
      if (excess <= delay) continue;
      const wait = Math.floor(((excess - delay) * 1000) / rate);
      if (wait > slowest[3]) slowest = ['delayed', zone, excess, wait];
    }
    return slowest;
  },
};

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
  zoneActs: [countRequest],
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
  const rates = earlier?.rates ?? new RequestRates(zone.size);
  zone.contents = rates;
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
  const { limits } = exchange.location<LimitReqLocation>(limitReqModule);
  if (limits === undefined || exchange.variables.has('limit_req_status')) return DECLINED;
  const asked: Asked[] = [];
  for (const { zone, burst, delay } of limits) {
    const { keyText, key: keyOf, rate } = zone.state as Counted;
    const key = keyOf(exchange);
    if (key === '') continue;
    if (key.length > 65535) {
      exchange.logError('error', `the value of the "${keyText}" key is more than 65535 bytes: "${key}"`);
      continue;
    }
    asked.push([zone.name, key, rate, burst, delay]);
  }
  if (asked.length === 0) return DECLINED;
  const verdict = exchange.zones.ask(countRequest, asked, (late) => {
    if (!exchange.finished) exchange.resume(late === undefined ? 500 : obey(exchange, late));
  });
  return verdict === undefined ? AGAIN : obey(exchange, verdict);
}

function obey(exchange: Exchange, [outcome, zone, excess, wait]: Verdict): number {
  const { logLevel = 'error', status = 503, dryRun = false } = exchange.location<LimitReqLocation>(limitReqModule);
  const dry = dryRun ? '_DRY_RUN' : '';
  if (outcome === 'rejected') {
    const words = `limiting requests${dryRun ? ', dry run' : ''}, excess: ${thousandths(excess)}`;
    exchange.logError(logLevel, `${words} by zone "${zone}"`);
    exchange.variables.set('limit_req_status', `REJECTED${dry}`);
    return dryRun ? DECLINED : status;
  }
  if (outcome === 'passed') {
    exchange.variables.set('limit_req_status', 'PASSED');
    return DECLINED;
  }
  const level = LEVELS[Math.max(0, LEVELS.indexOf(logLevel) - 1)]!;
  const words = `delaying request${dryRun ? ', dry run' : ''}, excess: ${thousandths(excess)}`;
  exchange.logError(level, `${words}, by zone "${zone}"`);
  exchange.variables.set('limit_req_status', `DELAYED${dry}`);
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
