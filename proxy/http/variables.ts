import type { Directive } from '../config/directive.ts';
import { ConfigError } from '../config/errors.ts';
import type { Exchange } from './exchange.ts';
import type { ComplexValue, Module } from './module.ts';

/** What reads a variable; `undefined` when it isn't set. */
export type Getter = (exchange: Exchange) => string | undefined;
type PrefixGetter = (exchange: Exchange, rest: string) => string | undefined;

/** A text with variables that nginx would refuse at once. `message` is nginx's. */
export class VariableError extends Error {
  override readonly name = 'VariableError';
}

/** A variable that was referred to: bound when the whole `http` block is read, for its definition may follow. */
interface Slot {
  readonly name: string;
  /** The directive that referred to it first. */
  readonly directive: Directive | undefined;
  get: Getter;
}

/** The variables of one configuration: those of modules, those that `set`, `map` and captures define, and those referred to. */
export class Variables {
  readonly #getters = new Map<string, Getter>();
  readonly #prefixes: (readonly [prefix: string, getter: PrefixGetter])[] = [];
  readonly #slots = new Map<string, Slot>();
  readonly #builtIn = new Set<string>();

  constructor(modules: readonly Module[]) {
    for (const module of modules) {
      for (const [name, getter] of Object.entries(module.variables ?? {})) {
        if (name.endsWith('_')) this.#prefixes.push([name, getter]);
        else {
          this.#getters.set(name, (exchange) => getter(exchange, ''));
          this.#builtIn.add(name);
        }
      }
    }
  }

  /** Makes a name known, as `set`, `map` and named captures do. */
  define(name: string, getter?: Getter): void {
    const known = name.toLowerCase();
    if (this.#builtIn.has(known) && getter === undefined) {
      // A `set` of a changeable variable of a module ($args, $limit_rate) goes by its own setter.
      return;
    }
    // What `map` and the like compute a `set` may change, but not replace.
    if (getter === undefined && this.#getters.has(known)) return;
    this.#getters.set(known, getter ?? ((exchange) => exchange.variables.get(known)));
  }

  /** Whether a module owns the name, so that `set` can't redefine it. */
  isBuiltIn(name: string): boolean {
    return this.#builtIn.has(name.toLowerCase());
  }

  /** Whether a name is known: built in, or defined so far. */
  has(name: string): boolean {
    return this.#getters.has(name.toLowerCase());
  }

  /** Whether some text that was compiled has the variable in it. */
  isReferred(name: string): boolean {
    return this.#slots.has(name.toLowerCase());
  }

  /** The value of a variable by name, for those who learn the name only when a request runs. */
  get(exchange: Exchange, name: string): string | undefined {
    return this.#find(name.toLowerCase())?.(exchange);
  }

  /** Compiles a text. Constant parts are joined once; what is left at run time is a concatenation. */
  compile(text: string, directive?: Directive): ComplexValue {
    const parts = partsOf(text);
    const getters = parts.map((part) => this.#part(part, directive));
    const [first, second, third] = getters;
    if (parts.length === 0) return () => '';
    if (parts.length === 1) return typeof parts[0] === 'string' ? constant(parts[0]) : first!;
    if (parts.length === 2) return bounded((exchange) => first!(exchange) + second!(exchange));
    if (parts.length === 3) return bounded((exchange) => first!(exchange) + second!(exchange) + third!(exchange));
    return bounded((exchange) => {
      let value = '';
      for (const getter of getters) value += getter(exchange);
      return value;
    });
  }

  /** Compiles a reference to one variable, as something that knows whether it is set. */
  reference(name: string, directive?: Directive): Getter {
    const slot = this.#slot(name.toLowerCase(), directive);
    return (exchange) => slot.get(exchange);
  }

  /** Binds all names that were referred to. Throws nginx's error for the first that nobody defines. */
  bind(): void {
    for (const slot of this.#slots.values()) {
      const getter = this.#find(slot.name);
      if (getter === undefined) {
        const { file, terminatorLine } = slot.directive ?? {};
        throw new ConfigError(`unknown "${slot.name}" variable`, file, terminatorLine, undefined, false);
      }
      slot.get = getter;
    }
  }

  #part(part: Part, directive: Directive | undefined): ComplexValue {
    if (typeof part === 'string') return constant(part);
    if ('capture' in part) {
      const { capture } = part;
      return (exchange) => exchange.captures[capture] ?? '';
    }
    const getter = this.reference(part.variable, directive);
    return (exchange) => getter(exchange) ?? '';
  }

  #slot(name: string, directive: Directive | undefined): Slot {
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      slot = { name, directive, get: () => undefined };
      this.#slots.set(name, slot);
    }
    return slot;
  }

  #find(name: string): Getter | undefined {
    const getter = this.#getters.get(name);
    if (getter !== undefined) return getter;
    for (const [prefix, prefixGetter] of this.#prefixes) {
      if (!name.startsWith(prefix) || name.length === prefix.length) continue;
      const rest = name.slice(prefix.length);
      return (exchange) => prefixGetter(exchange, rest);
    }
    return undefined;
  }
}

type Part = string | { readonly variable: string } | { readonly capture: number };

/** Cuts a text at its variables, as `ngx_http_script_compile` does. Throws a VariableError. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) {
      parts.push(text.slice(at));
      break;
    }
    if (dollar > at) parts.push(text.slice(at, dollar));
    const rest = text.slice(dollar + 1);
    const capture = /^[1-9]/.exec(rest);
    const bracket = rest.startsWith('{');
    const name = /^\w*/.exec(bracket ? rest.slice(1) : rest)![0];
    if (capture !== null) parts.push({ capture: Number(capture[0]) });
    else {
      if (bracket && rest !== '{' && rest[1 + name.length] !== '}') {
        throw new VariableError(`the closing bracket in "${name}" variable is missing`);
      }
      if (name === '') throw new VariableError('invalid variable name');
      parts.push({ variable: name });
    }
    at = dollar + 1 + (capture !== null ? 1 : name.length + (bracket ? 2 : 0));
  }
  return parts;
}

/** A text that is longer than the runtime can have one is empty, with a word in the log, and harms no other request. */
function bounded(join: ComplexValue): ComplexValue {
  return (exchange) => {
    try {
      return join(exchange);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      exchange.logError('alert', 'malloc() failed (12: Cannot allocate memory)');
      return '';
    }
  };
}

function constant(text: string): ComplexValue {
  return () => text;
}
