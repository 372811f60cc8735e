import type { Context, Directive } from '../config/directive.ts';
import { ConfigError, failure, fullName, linesOf, PlacelessError, ruleFor } from '../config/index.ts';
import type { Exchange } from './exchange.ts';
import type { Build, ComplexValue, Configurations, DirectiveSpec, Level, Module } from './module.ts';
import { RegexError } from './pcre.ts';
import { compileRegex, type Regex } from './regex.ts';
import type { SharedZone, SharedZones } from './shared-zones.ts';
import { VariableError, type Variables } from './variables.ts';

/** A directive and the module whose configuration it sets. */
export interface OwnedSpec extends DirectiveSpec {
  readonly module: Module;
}

/** What all blocks of one build have in common. */
export interface Shared {
  readonly modules: readonly Module[];
  readonly specs: ReadonlyMap<string, readonly OwnedSpec[]>;
  readonly variables: Variables;
  readonly prefix: string;
  readonly folder: string;
  readonly warn: (warning: string) => void;
  /** Where errors go when no `error_log` says it. */
  readonly errorLog: string;
  readonly zones: SharedZones;
  /** Those of the configuration that this one follows. */
  readonly earlierZones: SharedZones | undefined;
  /** The modules that some directive of the file belongs to. */
  readonly used: Set<Module>;
  /** Called at the end of the `http` block, when all of it is known. */
  readonly onHttp: (http: Configurations) => void;
}

/** The directives of all modules, by name. */
export function specsOf(modules: readonly Module[]): Map<string, OwnedSpec[]> {
  const specs = new Map<string, OwnedSpec[]>();
  for (const module of modules) {
    for (const spec of module.directives) {
      const owned = { ...spec, module };
      const named = specs.get(spec.name);
      if (named === undefined) specs.set(spec.name, [owned]);
      else named.push(owned);
    }
  }
  return specs;
}

/** New configurations for the levels that are `fresh`; the others are the parent's. */
export function createConfigurations(
  modules: readonly Module[],
  fresh: readonly Level[],
  parent: Configurations | undefined,
  directive: Directive | undefined,
): Configurations {
  const level = (name: Level, create: (module: Module) => unknown): Map<Module, unknown> => {
    if (!fresh.includes(name)) return parent?.[name] ?? new Map();
    return new Map(modules.map((module) => [module, create(module)]));
  };
  return {
    main: level('main', (module) => module.createMain?.()),
    server: level('server', (module) => module.createServer?.()),
    location: level('location', (module) => module.createLocation?.()),
    children: [],
    fresh,
    directive,
  };
}

/** Fills in what each block left unset from the one around it, module by module as `ngx_http_merge_servers` does. */
export function mergeAll(modules: readonly Module[], top: Configurations, onWarning: (warning: string) => void): void {
  const line = top.directive?.blockEndLine;
  const warn = (message: string): void => onWarning(`${message} in ${top.directive?.file}:${line}`);
  const merge = (module: Module, parent: Configurations): void => {
    for (const child of parent.children) {
      try {
        if (child.fresh.includes('server')) module.mergeServer?.(parent.server.get(module), child.server.get(module));
        if (child.fresh.includes('location')) {
          module.mergeLocation?.(parent.location.get(module), child.location.get(module), warn);
        }
      } catch (error) {
        throw located(error, top.directive, line);
      }
      merge(module, child);
    }
  };
  for (const module of modules) merge(module, top);
}

/** Applies the directives of one block, in the order of the file. */
export class Builder implements Build {
  readonly context: Context;
  readonly configurations: Configurations;
  readonly shared: Shared;
  #directive: Directive | undefined;

  constructor(shared: Shared, context: Context, configurations: Configurations, directive: Directive | undefined) {
    this.shared = shared;
    this.context = context;
    this.configurations = configurations;
    this.#directive = directive;
  }

  apply(directives: readonly Directive[]): void {
    for (const directive of linesOf(directives)) {
      const spec = ruleFor(directive, this.context, this.shared.specs);
      this.#directive = directive;
      this.shared.used.add(spec.module);
      try {
        spec.set(this.configuration(spec.module, spec.level), directive, this);
      } catch (error) {
        // Where it happened: a line of a block that reads its own lines, perhaps.
        throw located(error, this.#directive);
      }
    }
  }

  configuration<C>(module: Module, level: Level): C {
    return this.configurations[level].get(module) as C;
  }

  block(directive: Directive, context: Context, fresh: readonly Level[]): Configurations {
    return this.open(directive, context, fresh, () => undefined);
  }

  open(
    directive: Directive,
    context: Context,
    fresh: readonly Level[],
    prepare: (configurations: Configurations) => void,
  ): Configurations {
    const configurations = createConfigurations(this.shared.modules, fresh, this.configurations, directive);
    // What is in an `upstream` block has nothing to inherit.
    if (context !== 'upstream' && context !== 'http') this.configurations.children.push(configurations);
    prepare(configurations);
    new Builder(this.shared, context, configurations, directive).apply(directive.block ?? []);
    return configurations;
  }

  *lines(directive: Directive): Iterable<Directive> {
    for (const line of linesOf(directive.block ?? [])) {
      this.#directive = line;
      if (line.block !== undefined) throw failure(line, 'unexpected "{"');
      yield line;
    }
    this.#directive = directive;
  }

  value(text: string): ComplexValue {
    return this.shared.variables.compile(text, this.#directive);
  }

  variable(name: string): (exchange: Exchange) => string | undefined {
    if (name === '') this.fail('invalid variable name "$"');
    return this.shared.variables.reference(name, this.#directive);
  }

  hasVariables(text: string): boolean {
    return text.includes('$');
  }

  regex(pattern: string, caseless: boolean): Regex {
    const regex = compileRegex(pattern, caseless);
    for (const name of regex.names) this.defineVariable(name);
    return regex;
  }

  defineVariable(name: string, getter?: (exchange: Exchange) => string | undefined): void {
    if (name === '') this.fail('invalid variable name "$"');
    if (this.shared.variables.isBuiltIn(name) && !changeable.has(name.toLowerCase())) {
      this.fail(`the duplicate "${name}" variable`);
    }
    this.shared.variables.define(name, getter);
  }

  isDefined(name: string): boolean {
    return this.shared.variables.has(name);
  }

  isReferred(name: string): boolean {
    return this.shared.variables.isReferred(name);
  }

  zone(name: string, size: number, owner: string): SharedZone {
    return this.shared.zones.add(name, size, owner);
  }

  earlierState(zone: SharedZone, owner: string): unknown {
    return this.shared.earlierZones?.stateOf(zone.name, zone.size, owner);
  }

  path(text: string, base: 'prefix' | 'conf' = 'prefix'): string {
    return fullName(text, base === 'conf' ? this.shared.folder : this.shared.prefix);
  }

  warn(message: string): void {
    const place = this.#directive === undefined ? '' : ` in ${this.#directive.file}:${this.#directive.terminatorLine}`;
    this.shared.warn(message + place);
  }

  fail(message: string): never {
    throw this.#directive === undefined ? new ConfigError(message) : failure(this.#directive, message);
  }
}

/** Variables of modules that `set` may change. */
const changeable: ReadonlySet<string> = new Set(['args', 'limit_rate', 'invalid_referer', 'uid_reset']);

/** Errors that know no place get the one of the directive at hand. */
function located(error: unknown, directive: Directive | undefined, line = directive?.terminatorLine): unknown {
  const placeless =
    error instanceof RegexError ||
    error instanceof VariableError ||
    (error instanceof ConfigError && error.file === undefined && !(error instanceof PlacelessError));
  if (!placeless || directive === undefined) return error;
  return new ConfigError((error as Error).message, directive.file, line);
}
