import type { Context, Directive, Word } from '../config/directive.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, type Build, type ComplexValue, DECLINED, type Module, OK } from '../http/module.ts';
import { inherit } from '../http/slot.ts';
import { subrequest } from '../http/subrequest.ts';

interface AuthRequestLocation {
  /** Empty when off. */
  uri?: string;
  sets?: { readonly name: string; readonly value: ComplexValue }[];
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

/** Whether a request may pass is asked of another path: 2xx yes, 401 and 403 no. Source: ngx_http_auth_request_module.c. */
export const authRequestModule: Module = {
  name: 'ngx_http_auth_request_module',
  directives: [
    {
      name: 'auth_request',
      contexts: CONTEXTS,
      arguments: 1,
      level: 'location',
      set(configuration: AuthRequestLocation, directive, build) {
        if (configuration.uri !== undefined) build.fail('"auth_request" directive is duplicate');
        const { text } = directive.words[0]!;
        configuration.uri = text === 'off' ? '' : text;
      },
    },
    { name: 'auth_request_set', contexts: CONTEXTS, arguments: 2, level: 'location', set: setVariable },
  ],
  createLocation: (): AuthRequestLocation => ({}),
  mergeLocation: inherit,
  idle: ({ uri = '' }: AuthRequestLocation) => uri === '',
  phases: { access: askAnother },
};

function setVariable(configuration: AuthRequestLocation, directive: Directive, build: Build): void {
  const [variable, value] = directive.words as readonly [Word, Word];
  if (!variable.text.startsWith('$')) build.fail(`invalid variable name "${variable.text}"`);
  const name = variable.text.slice(1).toLowerCase();
  build.defineVariable(name);
  configuration.sets ??= [];
  configuration.sets.push({ name, value: build.value(value.text) });
}

function askAnother(exchange: Exchange): number {
  const { uri = '', sets } = exchange.location<AuthRequestLocation>(authRequestModule);
  if (uri === '') return DECLINED;
  subrequest(exchange, {
    uri,
    headerOnly: true,
    done(asked) {
      exchange.onAbort = undefined;
      for (const { name, value } of sets ?? []) exchange.variables.set(name, value(asked));
      exchange.resume(verdictOf(exchange, asked));
    },
  });
  return AGAIN;
}

function verdictOf(exchange: Exchange, asked: Exchange): number {
  const { status } = asked;
  if (status === 401) {
    const challenge = asked.responseHeader('www-authenticate');
    if (challenge !== undefined) {
      exchange.removeResponseHeader('www-authenticate');
      exchange.responseHeaders.push('WWW-Authenticate', challenge);
    }
    return 401;
  }
  if (status === 403) return 403;
  if (status >= 200 && status < 300) return OK;
  exchange.logError(
    'error',
    `auth request unexpected status: ${status}${asked.upstream === undefined ? '' : ' while sending to client'}`,
  );
  return 500;
}
