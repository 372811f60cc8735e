import type { CoreLocation, ErrorPage, Location, VirtualHosts } from './configuration.ts';
import type { HttpExchange } from './http-exchange.ts';
import { AGAIN, type Configurations, DECLINED, type Handler, type Module, OK, type Phase } from './module.ts';
import { type HeadFilter, isIdle, type Plan, type PlannedStep, Plans } from './plan.ts';
import { redirectLocation } from './redirect.ts';
import { failedMatch } from './regex.ts';
import { serverBeforeHost } from './request-host.ts';
import { escapeUri, parseRequestUri } from './request-uri.ts';
import type { Trace } from './trace/trace.ts';
import type { TrafficKeeper } from './traffic.ts';
import { tryFiles } from './try-files.ts';
import type { ZoneKeeper } from './zone-keeper.ts';

/** What an exchange needs of the server it came to. */
export interface Service {
  readonly hosts: VirtualHosts;
  readonly phases: Phases;
  variable(exchange: HttpExchange, name: string): string | undefined;
  readonly traffic: TrafficKeeper;
  readonly zones: ZoneKeeper;
  logError(
    exchange: HttpExchange,
    level: 'debug' | 'info' | 'notice' | 'warn' | 'error' | 'crit' | 'alert',
    message: string,
  ): void;
  /** Who writes down what becomes of requests; `undefined` where nobody does. */
  readonly traces: { of(exchange: HttpExchange): Trace } | undefined;
  /** For a connection on which there is no request yet; `client` is its address. */
  logConnection(level: 'info' | 'error', number: number, client: string, message: string): void;
}

/** How a step's verdict is understood: nginx's checkers. */
type Checker = 'generic' | 'rewrite' | 'access' | 'content';

interface Step extends PlannedStep {
  readonly checker: Checker;
  /** The first step of the next phase. */
  readonly next: number;
}

type Idle = Step['idleAt'];

/** Puts itself around handlers and filters when the phases are laid out, to see what they do. `module` is missing for the core's own. */
export interface Watch {
  handler(phase: Phase | 'find-config', module: Module | undefined, handler: Handler): Handler;
  filter(module: Module, filter: HeadFilter): HeadFilter;
}

/**
 * The phases of all modules laid out as one list of steps, built once for a configuration; an exchange is
 * a position in it. Source: ngx_http_core_run_phases and its checkers in nginx's ngx_http_core_module.c.
 */
export class Phases {
  readonly #plans: Plans;
  readonly #steps: Step[] = [];
  readonly #serverRewrite: number;
  readonly #findConfiguration: number;
  readonly #rewrite: number;

  /** `modules` in the order in which their handlers of one phase, and their filters, run. */
  constructor(
    modules: readonly Module[],
    coreOf: (configurations: Configurations) => CoreLocation,
    watch: Watch | undefined = undefined,
  ) {
    const add = (checker: Checker, handlers: readonly PlannedStep[]): number => {
      const first = this.#steps.length;
      for (const handler of handlers) this.#steps.push({ ...handler, checker, next: first + handlers.length });
      return first;
    };
    const of = (phase: Phase): PlannedStep[] =>
      modules.flatMap((module) => {
        const own = module.phases?.[phase];
        if (own === undefined) return [];
        const handler = watch?.handler(phase, module, own) ?? own;
        return [{ handler, idleAt: (configurations) => isIdle(module, configurations) }];
      });
    const built = (
      own: (exchange: HttpExchange) => number,
      idleAt: Idle = () => false,
      phase?: Phase | 'find-config',
    ): PlannedStep[] => {
      const handler = own as Handler;
      return [{ handler: (phase && watch?.handler(phase, undefined, handler)) ?? handler, idleAt }];
    };

    add('generic', of('post-read'));
    this.#serverRewrite = add('rewrite', of('server-rewrite'));
    this.#findConfiguration = add(
      'rewrite',
      built((exchange) => this.#findLocation(exchange), undefined, 'find-config'),
    );
    this.#rewrite = add('rewrite', of('rewrite'));
    add(
      'rewrite',
      built((exchange) => this.#postRewrite(exchange)),
    );
    add('generic', of('preaccess'));
    add('access', of('access'));
    add('rewrite', built(postAccess));
    const files = built(tryFiles, (_, { tryFiles: wanted }) => wanted === undefined, 'precontent');
    add('generic', [...files, ...of('precontent')]);
    const handlers = built(locationHandler, (_, { handler }) => handler === undefined, 'content');
    add('content', [...handlers, ...of('content')]);
    this.#plans = new Plans(modules, this.#steps, coreOf, watch?.filter);
  }

  /** What there is to do at a place of the configuration. */
  planAt(configurations: Configurations): Plan {
    return this.#plans.at(configurations);
  }

  /** Starts a request whose head has been read. */
  begin(exchange: HttpExchange): void {
    const parsed =
      exchange.requestHead.uri ??
      parseRequestUri(
        exchange.target,
        serverBeforeHost(exchange.service.hosts, exchange.connection.tls).core.mergeSlashes,
      );
    if (parsed === undefined) {
      exchange.keepAlive = false;
      exchange.logError('info', 'client sent invalid request while reading client request line');
      exchange.fail(400);
      return;
    }
    exchange.uri = parsed.path;
    exchange.args = parsed.args;
    exchange.step = 0;
    this.#run(exchange);
  }

  /** Starts a request that the server makes of itself: the path is known already. */
  beginInside(exchange: HttpExchange): void {
    exchange.step = this.#serverRewrite;
    this.#run(exchange);
  }

  /** Goes on after a handler said AGAIN; `verdict` is what it would have said. */
  resume(exchange: HttpExchange, verdict: number): void {
    const step = this.#steps[exchange.step];
    if (step !== undefined && this.#settle(exchange, step, verdict)) this.#run(exchange);
  }

  #run(exchange: HttpExchange): void {
    for (;;) {
      exchange.step = exchange.plan.next[exchange.step]!;
      const step = this.#steps[exchange.step];
      if (step === undefined) {
        noContent(exchange);
        return;
      }
      if (step.checker === 'access' && exchange.parent !== undefined) {
        // Whoever may have the request may have what it is made of.
        exchange.step = step.next;
        continue;
      }
      if (!this.#settle(exchange, step, step.handler(exchange))) return;
    }
  }

  /** Understands a verdict; false when the phases stop here (for now). */
  #settle(exchange: HttpExchange, step: Step, verdict: number): boolean {
    if (exchange.finished || verdict === AGAIN) return false;
    switch (step.checker) {
      case 'generic':
        if (verdict === OK) {
          exchange.step = step.next;
          return true;
        }
        break;
      case 'rewrite':
        if (verdict === OK) return true; // The handler moved the exchange itself.
        break;
      case 'access':
        if (exchange.core.satisfy === 'all') {
          if (verdict === OK) {
            exchange.step++;
            return true;
          }
          if (verdict === 401 && exchange.core.authDelay > 0) {
            delayUnauthorized(exchange);
            return false;
          }
        } else if (verdict === OK) {
          exchange.accessStatus = 0;
          exchange.removeResponseHeader('www-authenticate');
          exchange.step = step.next;
          return true;
        } else if (verdict === 403 || verdict === 401) {
          if (exchange.accessStatus !== 401) exchange.accessStatus = verdict;
          exchange.step++;
          return true;
        }
        break;
      case 'content':
        if (verdict === OK) return false;
        break;
    }
    if (verdict === DECLINED) {
      exchange.step++;
      return true;
    }
    if (verdict >= 100) exchange.fail(verdict);
    return false;
  }

  #findLocation(exchange: HttpExchange): number {
    const { virtualServer } = exchange;
    exchange.uriChanged = false;
    exchange.enter(virtualServer.configurations);
    let place: Location | undefined;
    try {
      place = virtualServer.locations.find(exchange.uri, exchange);
    } catch (error) {
      return failedMatch(exchange, error);
    }
    exchange.place = place;
    if (place !== undefined) exchange.enter(place.configurations);
    let { core } = exchange;
    if (core.internal && !exchange.internal) return 404;
    const { limitExcept } = core;
    if (limitExcept !== undefined && !limitExcept.methods.has(exchange.method)) {
      exchange.enter(limitExcept.configurations);
      core = exchange.core;
    }
    const { length } = exchange.body;
    if (length === undefined) exchange.body.limit?.(core.clientMaxBodySize);
    if (core.clientMaxBodySize > 0 && length !== undefined && length > core.clientMaxBodySize) {
      exchange.logError('error', `client intended to send too large body: ${length} bytes`);
      return 413;
    }
    if (core.autoRedirect && exchange.uri.length === core.name.length - 1 && core.name === `${exchange.uri}/`) {
      const location = escapeUri(core.name) + (exchange.args === '' ? '' : `?${exchange.args}`);
      exchange.responseHeaders.push('Location', redirectLocation(exchange, location));
      return 301;
    }
    return DECLINED;
  }

  #postRewrite(exchange: HttpExchange): number {
    if (!exchange.uriChanged) return DECLINED;
    if (exchange.uriChangesLeft-- === 0) {
      exchange.logError('error', `rewrite or internal redirection cycle while processing "${exchange.uri}"`);
      return 500;
    }
    exchange.step = this.#findConfiguration;
    return OK;
  }

  internalRedirect(exchange: HttpExchange, uri: string, args: string, doing = ''): void {
    if (exchange.uriChangesLeft-- === 0) {
      exchange.logError(
        'error',
        `rewrite or internal redirection cycle while internally redirecting to "${uri}"${doing}`,
      );
      exchange.fail(500);
      return;
    }
    exchange.uri = uri;
    exchange.args = args;
    exchange.uriIsOriginal = false;
    exchange.uriChanged = false;
    exchange.internal = true;
    exchange.enter(exchange.virtualServer.configurations);
    exchange.step = this.#serverRewrite;
    this.#run(exchange);
  }

  namedLocation(exchange: HttpExchange, name: string, doing = ''): void {
    if (exchange.uriChangesLeft-- === 0) {
      exchange.logError(
        'error',
        `rewrite or internal redirection cycle while redirect to named location "${name}"${doing}`,
      );
      exchange.fail(500);
      return;
    }
    const place = exchange.virtualServer.locations.named(name);
    if (place === undefined) {
      exchange.logError('error', `could not find named location "${name}"${doing}`);
      exchange.fail(500);
      return;
    }
    exchange.internal = true;
    exchange.uriChanged = false;
    exchange.place = place;
    exchange.enter(place.configurations);
    exchange.step = this.#rewrite;
    this.#run(exchange);
  }

  /** Source: ngx_http_send_error_page. */
  toErrorPage(exchange: HttpExchange, page: ErrorPage, status: number): void {
    exchange.errorStatus = page.overwrite ?? status;
    const target = page.target(exchange);
    if (target.startsWith('/')) {
      if (exchange.method !== 'HEAD') exchange.answerAsGet();
      const question = target.indexOf('?');
      this.internalRedirect(
        exchange,
        question < 0 ? target : target.slice(0, question),
        question < 0 ? '' : target.slice(question + 1),
      );
    } else if (target.startsWith('@')) {
      this.namedLocation(exchange, target);
    } else {
      const overwrite = page.overwrite ?? 0;
      exchange.removeResponseHeader('location');
      exchange.responseHeaders.push('Location', target);
      exchange.failPlainly([301, 302, 303, 307, 308].includes(overwrite) ? overwrite : 302);
    }
  }

  log(exchange: HttpExchange): void {
    if (exchange.parent !== undefined && !exchange.core.logSubrequest) return;
    const { log } = exchange.plan;
    for (let i = 0; i < log.length; i++) log[i]!(exchange);
  }
}

function postAccess(exchange: HttpExchange): number {
  const status = exchange.accessStatus;
  if (status === 0) return DECLINED;
  exchange.accessStatus = 0;
  if (status === 403) exchange.logError('error', 'access forbidden by rule');
  if (status !== 401 || exchange.core.authDelay === 0) return status;
  delayUnauthorized(exchange);
  return AGAIN;
}

/** `auth_delay`: whoever guesses passwords has to wait for each answer. Source: ngx_http_core_auth_delay. */
function delayUnauthorized(exchange: HttpExchange): void {
  exchange.logError('info', 'delaying unauthorized request');
  const timer = setTimeout(() => {
    exchange.onAbort = undefined;
    if (!exchange.finished) exchange.fail(401);
  }, exchange.core.authDelay);
  exchange.onAbort = () => clearTimeout(timer);
}

/** A handler such as `proxy_pass` takes the place of the whole content phase. */
function locationHandler(exchange: HttpExchange): number {
  const { handler } = exchange.core;
  if (handler === undefined) return DECLINED;
  const verdict = handler(exchange);
  // Nobody comes after it.
  return verdict === DECLINED ? 404 : verdict;
}

/** Nobody had an answer. */
function noContent(exchange: HttpExchange): void {
  if (exchange.uri.endsWith('/')) {
    exchange.logError('error', `directory index of "${exchange.core.root(exchange)}${exchange.uri}" is forbidden`);
    exchange.fail(403);
  } else {
    exchange.fail(404);
  }
}
