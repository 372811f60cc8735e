import type { Configuration, CoreLocation, ErrorPage } from '../configuration.ts';
import type { Exchange } from '../exchange.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { AGAIN, type Configurations, type Module } from '../module.ts';
import { Phases, type Watch } from '../phases.ts';
import { Blocks, placeOf } from './blocks.ts';
import { locationStep, serverStep } from './choices.ts';
import { type AtWork, ExchangeTrace, shortName } from './exchange-trace.ts';
import type { RequestTrace } from './trace.ts';

/** The traces of all requests of one configuration. */
export class Traces {
  readonly phases: Phases;
  readonly #blocks: Blocks | undefined;
  readonly #open = new WeakMap<HttpExchange, ExchangeTrace>();
  readonly #write: (trace: RequestTrace) => void;

  /** `write` gets the trace of each request when it is over. */
  constructor(
    { http, modules }: Configuration,
    coreOf: (configurations: Configurations) => CoreLocation,
    write: (trace: RequestTrace) => void,
  ) {
    this.#write = write;
    this.#blocks = http === undefined ? undefined : new Blocks(http);
    this.phases = new TracedPhases(modules, coreOf, this);
  }

  of(exchange: Exchange): ExchangeTrace {
    const own = exchange as HttpExchange;
    let trace = this.#open.get(own);
    if (trace === undefined) {
      trace = new ExchangeTrace(own, this.#blocks!);
      this.#open.set(own, trace);
      if (own.parent !== undefined) {
        const { uri } = own;
        this.of(own.parent).tell({
          step: 'subrequest',
          says: `the server asks itself for ${uri}`,
          uri,
          steps: trace.steps,
        });
      }
    }
    return trace;
  }

  end(exchange: HttpExchange): void {
    const trace = this.of(exchange);
    if (trace.ended) return;
    const ended = trace.end();
    if (exchange.parent === undefined) this.#write(ended);
  }
}

/**
 * The phases, with somebody who writes down what they decide. Every step goes through a function that was put around it
 * when the configuration was built, so that requests nobody watches pay nothing.
 */
class TracedPhases extends Phases {
  readonly #traces: Traces;

  constructor(modules: readonly Module[], coreOf: (configurations: Configurations) => CoreLocation, traces: Traces) {
    super(modules, coreOf, watchFor(traces));
    this.#traces = traces;
  }

  override begin(exchange: HttpExchange): void {
    this.#traces.of(exchange).tell(serverStep(exchange));
    super.begin(exchange);
  }

  override resume(exchange: HttpExchange, verdict: number): void {
    const trace = this.#traces.of(exchange);
    if (trace.atWork !== undefined && !trace.ended) trace.verdict(trace.atWork, verdict, false);
    super.resume(exchange, verdict);
  }

  override internalRedirect(exchange: HttpExchange, uri: string, args: string, doing = ''): void {
    const to = args === '' ? uri : `${uri}?${args}`;
    this.#traces.of(exchange).tell({ step: 'redirect', says: `goes on inside the server as ${to}`, uri, args });
    super.internalRedirect(exchange, uri, args, doing);
  }

  override namedLocation(exchange: HttpExchange, name: string, doing = ''): void {
    const place = exchange.virtualServer.locations.named(name);
    this.#traces.of(exchange).tell({
      step: 'location',
      says: `goes on in the named location ${name}`,
      uri: exchange.uri,
      by: 'named',
      ...placeOf(place?.configurations.directive),
      candidates: [],
    });
    super.namedLocation(exchange, name, doing);
  }

  override toErrorPage(exchange: HttpExchange, page: ErrorPage, status: number): void {
    const code = page.overwrite === undefined || page.overwrite === 0 ? '' : `, with status ${page.overwrite}`;
    this.#traces
      .of(exchange)
      .tell(
        { step: 'error page', says: `${status} is answered with ${page.text}${code}`, status, target: page.text },
        { names: ['error_page'], fits: ({ words }) => words.slice(0, -1).some(({ text }) => text === String(status)) },
      );
    super.toErrorPage(exchange, page, status);
  }

  override log(exchange: HttpExchange): void {
    super.log(exchange);
    this.#traces.end(exchange);
  }
}

function watchFor(traces: Traces): Watch {
  return {
    handler(phase, module, handler) {
      const atWork: AtWork = { phase, module };
      return (exchange) => {
        const trace = traces.of(exchange);
        const before = trace.steps.length;
        trace.atWork = atWork;
        const client = exchange.connection.remoteAddress;
        const verdict = handler(exchange);
        if (trace.ended) return verdict;
        if (phase === 'find-config') trace.steps.splice(before, 0, locationStep(exchange as HttpExchange));
        const { remoteAddress } = exchange.connection;
        if (remoteAddress !== client && module !== undefined) {
          const says = `${shortName(module)}: the client is ${remoteAddress}`;
          trace.tell({ step: 'phase', says, phase, module: shortName(module) }, linesOf(module));
        }
        if (verdict !== AGAIN) {
          const told = trace.steps.slice(before).some(({ step }) => step !== 'log');
          trace.verdict(atWork, verdict, told && phase !== 'find-config');
        }
        return verdict;
      };
    },
    filter: (module, filter) => (exchange) => {
      const before = pairs(exchange.responseHeaders);
      filter(exchange);
      for (const { name, value, line } of pairs(exchange.responseHeaders)) {
        if (before.some((earlier) => earlier.line === line)) continue;
        traces.of(exchange).tell(
          { step: 'header', says: line, name, value, module: shortName(module) },
          {
            ...linesOf(module),
            fits: (directive) => directive.name !== 'add_header' || directive.words[0]?.text === name,
          },
        );
      }
    },
  };
}

function linesOf(module: Module): { names: string[] } {
  return { names: module.directives.map(({ name }) => name) };
}

function pairs(headers: readonly string[]): { name: string; value: string; line: string }[] {
  return headers.flatMap((name, i) => {
    const value = headers[i + 1] ?? '';
    return i % 2 === 0 ? [{ name, value, line: `${name}: ${value}` }] : [];
  });
}
