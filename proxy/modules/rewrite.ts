import { accessSync, constants, statSync } from 'node:fs';
import type { Context, Directive } from '../config/directive.ts';
import { flag, parseSize } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { contentTypeOf } from '../http/mime.ts';
import { AGAIN, type Build, type ComplexValue, type Configurations, DECLINED, type Module } from '../http/module.ts';
import { redirectLocation } from '../http/redirect.ts';
import { failedMatch, matchRegex, type Regex } from '../http/regex.ts';
import { escapeArgs } from '../http/request-uri.ts';
import { slot } from '../http/slot.ts';
import { tellCondition, tellInstruction } from '../http/trace/instruction.ts';

/** What an instruction leads to: the next one, the end of all of them, or a verdict for the phase. */
const NEXT = -100;
const STOP = -101;
type CarryOut = (exchange: Exchange) => number;

interface Instruction {
  readonly directive: Directive;
  readonly carryOut: CarryOut;
}

interface RewriteLocation {
  readonly instructions: Instruction[];
  log?: boolean;
  warnUninitialized?: boolean;
}

const EVERYWHERE: readonly Context[] = ['http', 'server', 'location', 'if in server', 'if in location'];

/**
 * `rewrite`, `return`, `if`, `set`, `break`: the directives of one block are instructions carried out in the order of
 * the file. They are not inherited. Source: ngx_http_rewrite_module.c and ngx_http_script.c.
 */
export const rewriteModule: Module = {
  name: 'ngx_http_rewrite_module',
  directives: [
    {
      name: 'return',
      contexts: ['server', 'location', 'if in server', 'if in location'],
      arguments: [1, 2],
      level: 'location',
      set: (configuration: RewriteLocation, directive, build) => {
        configuration.instructions.push({ directive, carryOut: returnInstruction(directive, build) });
      },
    },
    {
      name: 'rewrite',
      contexts: ['server', 'location', 'if in server', 'if in location'],
      arguments: [2, 3],
      level: 'location',
      set: (configuration: RewriteLocation, directive, build) => {
        configuration.instructions.push({ directive, carryOut: rewriteInstruction(directive, build) });
      },
    },
    {
      name: 'break',
      contexts: ['server', 'location', 'if in server', 'if in location'],
      arguments: 0,
      level: 'location',
      set: (configuration: RewriteLocation, directive) => {
        configuration.instructions.push({ directive, carryOut: stop });
      },
    },
    {
      name: 'set',
      contexts: ['server', 'location', 'if in server', 'if in location'],
      arguments: 2,
      level: 'location',
      set: (configuration: RewriteLocation, directive, build) => {
        configuration.instructions.push({ directive, carryOut: setInstruction(directive, build) });
      },
    },
    {
      name: 'if',
      contexts: ['server', 'location'],
      arguments: [1, 1000],
      block: true,
      level: 'location',
      set: (configuration: RewriteLocation, directive, build) => {
        configuration.instructions.push({ directive, carryOut: ifInstruction(directive, build) });
      },
    },
    slot<RewriteLocation>('location', EVERYWHERE, 'rewrite_log', 'log', flag),
    slot<RewriteLocation>('location', EVERYWHERE, 'uninitialized_variable_warn', 'warnUninitialized', flag),
  ],
  createLocation: (): RewriteLocation => ({ instructions: [] }),
  mergeLocation(parent: RewriteLocation, child: RewriteLocation) {
    child.log ??= parent.log ?? false;
    child.warnUninitialized ??= parent.warnUninitialized ?? true;
  },
  idle: ({ instructions }: RewriteLocation) => instructions.length === 0,
  phases: {
    'server-rewrite': run,
    // Without a location the configuration is the server's, whose instructions have run already.
    rewrite: (exchange) => (exchange.place === undefined ? DECLINED : run(exchange)),
  },
};

function run(exchange: Exchange): number {
  const { instructions } = exchange.location<RewriteLocation>(rewriteModule);
  if (instructions.length === 0) return DECLINED;
  let verdict: number;
  try {
    verdict = runAll(instructions, exchange);
  } catch (error) {
    return failedMatch(exchange, error);
  }
  return verdict === NEXT || verdict === STOP ? DECLINED : verdict;
}

function runAll(instructions: readonly Instruction[], exchange: Exchange): number {
  const { trace } = exchange;
  for (let i = 0; i < instructions.length; i++) {
    const { directive, carryOut } = instructions[i]!;
    const outcome = trace === undefined ? carryOut(exchange) : tellInstruction(trace, directive, exchange, carryOut);
    if (outcome !== NEXT) return outcome;
  }
  return NEXT;
}

/** `break`. */
function stop(exchange: Exchange): number {
  exchange.uriChanged = false;
  return STOP;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function returnInstruction(directive: Directive, build: Build): CarryOut {
  const first = directive.words[0]!.text;
  const second = directive.words[1]?.text;
  if (!/^\d+$/.test(first)) {
    if (second !== undefined || !/^(https?:\/\/|\$scheme)/.test(first)) build.fail(`invalid return code "${first}"`);
    return respondWith(302, build.value(first));
  }
  const status = Number(first);
  if (status > 999) build.fail(`invalid return code "${first}"`);
  if (second === undefined && status >= 400) return () => status;
  return respondWith(status, second === undefined ? () => '' : build.value(second));
}

/** Source: ngx_http_send_response. */
function respondWith(status: number, value: ComplexValue): CarryOut {
  if (REDIRECTS.has(status)) {
    return (exchange) => {
      const refused = exchange.discardBody();
      if (refused !== 0) return refused;
      exchange.removeResponseHeader('location');
      const location = value(exchange);
      exchange.responseHeaders.push('Location', redirectLocation(exchange, location));
      return status;
    };
  }
  return (exchange) => {
    const refused = exchange.discardBody();
    if (refused !== 0) return refused;
    exchange.status = status;
    exchange.contentType ??= contentTypeOf(exchange);
    exchange.respond(value(exchange));
    return AGAIN;
  };
}

function rewriteInstruction(directive: Directive, build: Build): CarryOut {
  const [pattern, replacement, flag] = directive.words.map((word) => word.text) as [string, string, string | undefined];
  if (replacement === '') build.fail('empty replacement');
  const regex = build.regex(pattern, false);
  let redirect = /^(https?:\/\/|\$scheme)/.test(replacement) ? 302 : 0;
  let stop = redirect !== 0;
  let cycle = true;
  if (flag === 'last') stop = true;
  else if (flag === 'break') {
    stop = true;
    cycle = false;
  } else if (flag === 'redirect' || flag === 'permanent') {
    redirect = flag === 'redirect' ? 302 : 301;
    stop = true;
  } else if (flag !== undefined) build.fail(`invalid parameter "${flag}"`);

  const dropArgs = replacement.endsWith('?');
  const text = dropArgs ? replacement.slice(0, -1) : replacement;
  const question = text.indexOf('?');
  const path = build.value(question < 0 ? text : text.slice(0, question));
  const query = question < 0 ? undefined : build.value(text.slice(question + 1));

  return (exchange) => {
    const logs = exchange.location<RewriteLocation>(rewriteModule).log === true;
    const matches = matchRegex(regex, exchange.uri, exchange);
    if (logs) logMatch(exchange, regex, exchange.uri, matches);
    if (!matches) return NEXT;
    const { captures } = exchange;
    const quoted = /[%+]/.test(exchange.target);
    const escaped = (): void => {
      if (quoted)
        exchange.captures = captures.map((capture) => (capture === undefined ? undefined : escapeArgs(capture)));
    };
    if (redirect !== 0) escaped();
    const uri = path(exchange);
    let args: string | undefined;
    if (query !== undefined) {
      escaped();
      args = query(exchange);
    }
    exchange.captures = captures;
    if (!dropArgs && exchange.args !== '') {
      if (args === undefined) args = exchange.args;
      else args = args === '' ? exchange.args : `${args}&${exchange.args}`;
    }
    if (redirect !== 0) {
      const location = unescapeRedirect(uri) + (args === undefined ? '' : `?${args}`);
      exchange.removeResponseHeader('location');
      if (logs) exchange.logError('notice', `rewritten redirect: "${location}"`);
      exchange.responseHeaders.push('Location', redirectLocation(exchange, location));
      return redirect;
    }
    if (logs) exchange.logError('notice', `rewritten data: "${uri}", args: "${args ?? ''}"`);
    if (uri === '') {
      exchange.logError('error', 'the rewritten URI has a zero length');
      return 500;
    }
    exchange.uri = uri;
    exchange.args = args ?? '';
    exchange.uriIsOriginal = false;
    exchange.internal = true;
    exchange.uriChanged = cycle;
    if (!cycle) exchange.locationHolds = false;
    return stop ? STOP : NEXT;
  };
}

function logMatch(exchange: Exchange, regex: Regex, subject: string, matches: boolean): void {
  exchange.logError('notice', `"${regex.pattern}" ${matches ? 'matches' : 'does not match'} "${subject}"`);
}

/** Undoes escapes of ordinary characters, as NGX_UNESCAPE_REDIRECT. */
function unescapeRedirect(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (written, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code > 37 && code < 127 ? String.fromCharCode(code) : written;
  });
}

function setInstruction(directive: Directive, build: Build): CarryOut {
  const [name, text] = directive.words.map((word) => word.text) as [string, string];
  if (!/^\$\w+$/.test(name)) build.fail(`invalid variable name "${name}"`);
  const variable = name.slice(1).toLowerCase();
  const value = build.value(text);
  if (variable === 'args') {
    return (exchange) => {
      exchange.args = value(exchange);
      return NEXT;
    };
  }
  if (variable === 'limit_rate') {
    return (exchange) => {
      const bytes = parseSize(value(exchange));
      if (bytes === undefined) exchange.logError('error', `invalid $limit_rate "${value(exchange)}"`);
      else exchange.limitRate = bytes;
      return NEXT;
    };
  }
  if (build.isDefined(variable)) build.defineVariable(variable);
  else {
    build.defineVariable(variable, (exchange) => {
      const known = exchange.variables.get(variable);
      if (known === undefined && exchange.location<RewriteLocation>(rewriteModule).warnUninitialized === true) {
        exchange.logError('warn', `using uninitialized "${variable}" variable`);
      }
      return known ?? '';
    });
  }
  return (exchange) => {
    const text = value(exchange);
    exchange.variables.set(variable, text.length < TOO_LONG ? text : text.slice(0, text.length % TOO_LONG));
    return NEXT;
  };
}

/** nginx has 28 bits for the length of a variable's value. Source: ngx_variable_value_t. */
const TOO_LONG = 2 ** 28;

function ifInstruction(directive: Directive, build: Build): CarryOut {
  const holds = condition(directive, build);
  const inServer = build.context === 'server';
  const inside: Configurations = build.block(directive, inServer ? 'if in server' : 'if in location', ['location']);
  const { instructions } = inside.location.get(rewriteModule) as RewriteLocation;
  return (exchange) => {
    const does = holds(exchange);
    if (exchange.trace !== undefined) tellCondition(exchange.trace, directive, does);
    if (!does) return NEXT;
    if (!inServer) exchange.enter(inside);
    return runAll(instructions, exchange);
  };
}

type Condition = (exchange: Exchange) => boolean;

function condition(directive: Directive, build: Build): Condition {
  const words = directive.words.map((word) => word.text);
  const invalid = (word: string | undefined): never => build.fail(`invalid condition "${word ?? ''}"`);
  if (!words[0]?.startsWith('(')) return invalid(words[0]);
  words[0] = words[0].slice(1);
  const last = words.at(-1)!;
  if (!last.endsWith(')')) return invalid(words.length === 1 ? words[0] : last);
  words[words.length - 1] = last.slice(0, -1);
  if (words[0] === '') words.shift();
  if (words.at(-1) === '') words.pop();
  const [left = ')', operator, right] = words;
  if (/^!?-.?$/s.test(left) && left.length === (left.startsWith('!') ? 3 : 2)) {
    if (words.length !== 2 || !/[fdex]$/.test(left)) return invalid(left);
    return fileCondition(left, build.value(operator!));
  }
  if (!left.startsWith('$') || left.length < 2 || (words.length !== 1 && words.length !== 3)) return invalid(left);
  const value = build.value(left);
  if (operator === undefined || right === undefined) {
    return (exchange) => {
      const text = value(exchange);
      return text !== '' && text !== '0';
    };
  }
  if (operator === '=' || operator === '!=') {
    const other = build.value(right);
    const wanted = operator === '=';
    return (exchange) => (value(exchange) === other(exchange)) === wanted;
  }
  if (!/^!?~\*?$/.test(operator)) return build.fail(`unexpected "${operator}" in condition`);
  const regex: Regex = build.regex(right, operator.endsWith('*'));
  const wanted = !operator.startsWith('!');
  return (exchange) => {
    const text = value(exchange);
    const matches = matchRegex(regex, text, exchange);
    if (exchange.location<RewriteLocation>(rewriteModule).log === true) logMatch(exchange, regex, text, matches);
    return matches === wanted;
  };
}

function fileCondition(operator: string, path: ComplexValue): Condition {
  const wanted = !operator.startsWith('!');
  const kind = operator.at(-1);
  return (exchange) => {
    const file = Buffer.from(path(exchange), 'latin1');
    let found: boolean;
    try {
      const stats = statSync(file);
      if (kind === 'x') accessSync(file, constants.X_OK);
      found = kind === 'f' ? stats.isFile() : kind === 'd' ? stats.isDirectory() : true;
    } catch {
      found = false;
    }
    return found === wanted;
  };
}
