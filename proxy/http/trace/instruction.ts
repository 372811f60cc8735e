import type { Directive } from '../../config/directive.ts';
import type { Exchange } from '../exchange.ts';
import type { Trace, TraceStep } from './trace.ts';

/** Carries out a directive of the rewrite module, and tells what it came to. */
export function tellInstruction(
  trace: Trace,
  directive: Directive,
  exchange: Exchange,
  carryOut: (exchange: Exchange) => number,
): number {
  const tell = (says: string, facts: Partial<TraceStep> = {}): void =>
    trace.tell({ step: 'rewrite', says, ...facts }, directive);
  const { uri, args } = exchange;
  switch (directive.name) {
    case 'return':
      // What answers ends the story.
      tell(`answers ${directive.words[0]!.text}`);
      return carryOut(exchange);
    case 'break':
      tell('ends the rewriting here');
      return carryOut(exchange);
    case 'set': {
      const verdict = carryOut(exchange);
      const name = directive.words[0]!.text;
      tell(`${name} is now "${exchange.variable(name.slice(1)) ?? ''}"`);
      return verdict;
    }
    case 'rewrite': {
      const verdict = carryOut(exchange);
      const to = exchange.args === '' ? exchange.uri : `${exchange.uri}?${exchange.args}`;
      if (verdict >= 100) tell(`redirects to ${exchange.responseHeader('location') ?? ''} with ${verdict}`);
      else if (exchange.uriIsOriginal || (uri === exchange.uri && args === exchange.args && !exchange.uriChanged)) {
        tell(`does not match ${uri}`, { matches: false });
      } else tell(`${uri} becomes ${to}`, { matches: true, uri: exchange.uri, args: exchange.args });
      return verdict;
    }
    default:
      return carryOut(exchange);
  }
}

/** What a condition came to, before what is inside is carried out. */
export function tellCondition(trace: Trace, directive: Directive, holds: boolean): void {
  trace.tell(
    { step: 'rewrite', says: holds ? 'the condition holds' : 'the condition does not hold', holds },
    directive,
  );
}
