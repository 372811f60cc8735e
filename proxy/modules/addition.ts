import type { Context } from '../config/directive.ts';
import type { Exchange } from '../http/exchange.ts';
import { Including } from '../http/including.ts';
import { bodyChanges, HTML, isOfType, type MimeTypes, typesSlot } from '../http/mime-types.ts';
import type { Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';
import type { BodySink } from '../http/transport.ts';

interface AdditionLocation {
  before?: string;
  after?: string;
  types?: MimeTypes;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const setting = slot<AdditionLocation>;

/** Answers of other paths before and after the body. Source: ngx_http_addition_filter_module.c. */
export const additionModule: Module = {
  name: 'ngx_http_addition_filter_module',
  directives: [
    setting('location', CONTEXTS, 'add_before_body', 'before', ({ words }) => words[0]!.text),
    setting('location', CONTEXTS, 'add_after_body', 'after', ({ words }) => words[0]!.text),
    typesSlot(CONTEXTS, 'addition_types'),
  ],
  createLocation: (): AdditionLocation => ({}),
  mergeLocation: inherit,
  idle: ({ before = '', after = '' }: AdditionLocation) => before === '' && after === '',
  filterHead,
};

function filterHead(exchange: Exchange): void {
  const { before = '', after = '', types = HTML } = exchange.location<AdditionLocation>(additionModule);
  if (exchange.status !== 200 || exchange.parent !== undefined || (before === '' && after === '')) return;
  if (!isOfType(exchange, types)) return;
  bodyChanges(exchange);
  exchange.addBodyFilter((sink, ready) => new Addition(exchange, before, after, sink, ready));
}

class Addition extends Including {
  #before: string;
  #after: string;

  constructor(exchange: Exchange, before: string, after: string, sink: BodySink, ready: () => void) {
    super(exchange, sink, ready);
    this.#before = before;
    this.#after = after;
  }

  protected take(chunk: Buffer): Buffer | undefined {
    if (this.#includeBefore()) return chunk;
    this.send(chunk);
    return undefined;
  }

  protected complete(): boolean {
    if (this.#includeBefore()) return false;
    if (this.#after === '') return true;
    const uri = this.#after;
    this.#after = '';
    this.include(uri, '');
    return false;
  }

  #includeBefore(): boolean {
    if (this.#before === '') return false;
    const uri = this.#before;
    this.#before = '';
    this.include(uri, '');
    return true;
  }
}
