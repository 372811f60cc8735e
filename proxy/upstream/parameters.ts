import type { Directive } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue, DirectiveSpec } from '../http/module.ts';

/** One line of `uwsgi_param` or `fastcgi_param`. */
export interface Parameter {
  readonly name: string;
  readonly value: ComplexValue;
  /** `if_not_empty`. */
  readonly skipEmpty: boolean;
  /** An empty `HTTP_...`: the client's header is not sent, and nothing in its place. */
  readonly hides: boolean;
}

/** A configuration with parameters in it. */
interface Parametrised {
  parameters?: Parameter[];
}

/** The directive of that name. Source: ngx_http_upstream_param_set_slot. */
export const parameterDirective = (name: string): DirectiveSpec => ({
  name,
  contexts: ['http', 'server', 'location'],
  arguments: [2, 3],
  level: 'location',
  set(location: Parametrised, directive, build) {
    location.parameters = [...(location.parameters ?? []), readParameter(directive, build)];
  },
});

function readParameter(directive: Directive, build: Build): Parameter {
  const [name, value, condition] = directive.words.map(({ text }) => text) as [string, string, string?];
  if (condition !== undefined && condition !== 'if_not_empty') build.fail(`invalid parameter "${condition}"`);
  const hides = value === '' && name.startsWith('HTTP_') && name.length > 5;
  return { name, value: build.value(value), skipEmpty: condition !== undefined, hides };
}

/** The client's conditions and ranges, which have no place in a request for the whole answer. Source: ngx_http_uwsgi_cache_headers. */
const FOR_PARTS = ['IF_MODIFIED_SINCE', 'IF_UNMODIFIED_SINCE', 'IF_NONE_MATCH', 'IF_MATCH', 'RANGE', 'IF_RANGE'];

/** The parameters of a location's requests. Source: ngx_http_uwsgi_init_params, ngx_http_uwsgi_create_request. */
export class Parameters {
  readonly #list: readonly Parameter[];
  readonly #passHeaders: boolean;
  /** Headers that have a parameter of their own, as in `HTTP_...`. */
  readonly #given: ReadonlySet<string>;

  /** `passHeaders` sends the headers of the client along. */
  constructor(list: readonly Parameter[], passHeaders: boolean) {
    const headers = list.filter(({ name }) => name.startsWith('HTTP_') && name.length > 5);
    this.#given = new Set(headers.map(({ name }) => name.slice(5).toUpperCase()));
    this.#list = list.filter(({ hides }) => !hides);
    this.#passHeaders = passHeaders;
  }

  /**
   * Names and values for a request. One for the whole answer has `conditions` (header, value, header, value ...) of the
   * server's own in place of the client's; `undefined` for others.
   */
  of(exchange: Exchange, conditions: readonly string[] | undefined): [name: string, value: string][] {
    const all: [string, string][] = [];
    for (const { name, value, skipEmpty } of this.#list) {
      const text = value(exchange);
      if (text !== '' || !skipEmpty) all.push([name, text]);
    }
    for (let i = 0; conditions !== undefined && i < conditions.length; i += 2) {
      const name = underscored(conditions[i]!);
      if (!this.#given.has(name)) all.push([`HTTP_${name}`, conditions[i + 1]!]);
    }
    if (!this.#passHeaders) return all;
    const { requestHeaders } = exchange;
    for (let i = 0; i < requestHeaders.length; i += 2) {
      const name = underscored(requestHeaders[i]!);
      if (this.#given.has(name) || (conditions !== undefined && FOR_PARTS.includes(name))) continue;
      all.push([`HTTP_${name}`, requestHeaders[i + 1]!]);
    }
    return all;
  }
}

const underscored = (name: string): string => name.replaceAll('-', '_').toUpperCase();
