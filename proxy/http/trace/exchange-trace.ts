import type { Directive } from '../../config/directive.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { DECLINED, type Module, OK, type Phase } from '../module.ts';
import { type Blocks, placeOf } from './blocks.ts';
import type { Named, RequestTrace, Trace, TraceStep } from './trace.ts';

/** A handler at work, for a verdict that comes later. */
export interface AtWork {
  readonly phase: Phase | 'find-config';
  /** Undefined for what the core does itself. */
  readonly module: Module | undefined;
}

/** The steps of one request, or of one that was made for it. */
export class ExchangeTrace implements Trace {
  readonly steps: TraceStep[] = [];
  atWork: AtWork | undefined;
  /** It has been written: what comes now is heard by nobody. */
  ended = false;
  readonly #exchange: HttpExchange;
  readonly #blocks: Blocks;

  constructor(exchange: HttpExchange, blocks: Blocks) {
    this.#exchange = exchange;
    this.#blocks = blocks;
  }

  tell(step: TraceStep, because?: Directive | Named): void {
    const directive =
      because === undefined || 'words' in because ? because : this.#blocks.find(this.#exchange.configurations, because);
    this.steps.push({ ...step, ...placeOf(directive) });
  }

  /** What a handler said in the end. */
  verdict({ phase, module }: AtWork, verdict: number, told: boolean): void {
    const refuses = verdict >= 100;
    const isRewrite = phase === 'rewrite' || phase === 'server-rewrite';
    // Directives that rewrite tell themselves what they do.
    if (isRewrite || (told && (!refuses || phase === 'access'))) return;
    if (!refuses && (phase === 'content' || phase === 'post-read' || (verdict !== OK && verdict !== DECLINED))) return;
    const name = module === undefined ? undefined : shortName(module);
    if (name === undefined && !refuses) return;
    const does = refuses
      ? `answers ${verdict}`
      : verdict === OK && phase === 'access'
        ? 'grants access'
        : 'lets it pass';
    const because = module?.directives.map((directive) => directive.name);
    const step: TraceStep = {
      step: 'phase',
      says: name === undefined ? coreSays(phase, verdict) : `${name} ${does}`,
      phase,
      ...(name !== undefined && { module: name }),
      verdict: refuses ? verdict : verdict === OK ? 'ok' : 'declined',
    };
    this.tell(step, because === undefined ? coreLine(verdict) : { names: because });
  }

  /** Once all is answered. */
  end(): RequestTrace {
    this.ended = true;
    this.#tellAttempts();
    const { method, target, protocol, connection, status, bodyBytesSent } = this.#exchange;
    const host = this.#exchange.header('host');
    const says = status === 0 || status === 444 ? 'the connection is closed without an answer' : `${status}`;
    const secure = connection.secure;
    const answer: TraceStep = { step: 'answer', says, status, bytes: bodyBytesSent };
    this.steps.push(answer);
    return {
      version: 1,
      method: this.#exchange.requestHead.method || method,
      target,
      ...(host !== undefined && { host }),
      protocol,
      secure,
      status,
      steps: this.steps,
    };
  }

  /** Which servers of each upstream were asked, and what they answered. */
  #tellAttempts(): void {
    const facts = this.#exchange.upstream;
    let nth = 0;
    for (const [index, step] of this.steps.entries()) {
      if (step.step !== 'upstream') continue;
      const from = nth === 0 ? 0 : (facts?.redirects[nth - 1] ?? 0);
      const to = facts?.redirects[nth];
      nth++;
      const attempts = (facts?.addresses.slice(from, to) ?? []).map((address, i) => ({
        address,
        ...answered(facts?.statuses[from + i]),
        ...placeOf(this.#blocks.peer(String(step.upstream), address)),
      }));
      this.steps[index] = { ...step, attempts };
    }
  }
}

function answered(status: number | undefined): { status?: number } {
  return status === undefined || status <= 0 ? {} : { status };
}

/** `limit_req` of `ngx_http_limit_req_module`. */
export function shortName({ name }: Module): string {
  return name.replace(/^ngx_http_|_module$/g, '');
}

function coreSays(phase: AtWork['phase'], verdict: number): string {
  if (phase !== 'find-config') return `the server answers ${verdict}`;
  if (verdict === 404) return 'the location is internal: 404 for who asks from outside';
  if (verdict === 413) return 'the body is larger than client_max_body_size allows: 413';
  return `a redirect adds the slash: ${verdict}`;
}

function coreLine(verdict: number): Named | undefined {
  if (verdict === 413) return { names: ['client_max_body_size'] };
  return verdict === 404 ? { names: ['internal'] } : undefined;
}
