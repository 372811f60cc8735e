import type { Context, Directive } from '../config/directive.ts';
import type { Exchange } from './exchange.ts';
import type { Regex } from './regex.ts';
import type { SharedZone } from './shared-zones.ts';
import type { ZoneAct, ZoneKeeper } from './zone-keeper.ts';

/** The phases a request goes through, in nginx's order. `content` handlers come last; `log` runs when all is sent. */
export type Phase =
  | 'post-read'
  | 'server-rewrite'
  | 'rewrite'
  | 'preaccess'
  | 'access'
  | 'precontent'
  | 'content'
  | 'log';

/** What a handler says: let the next one have a go; done; will call `exchange.resume(verdict)` later; or a status (200-599) to answer with. */
export const DECLINED = -5;
export const OK = 0;
export const AGAIN = -2;
export type Verdict = number;
export type Handler = (exchange: Exchange) => Verdict;

/** A value with variables, compiled once when the configuration is built. */
export type ComplexValue = (exchange: Exchange) => string;

/** The three configurations a module may have at each level, by the level that owns them, as nginx's main/srv/loc. */
export type Level = 'main' | 'server' | 'location';

/** What a directive's setter gets to work with besides its own configuration. */
export interface Build {
  readonly context: Context;
  /** The configurations being built. */
  readonly configurations: Configurations;
  /** The configuration of any module at the level being built. */
  configuration<C>(module: Module, level: Level): C;
  /** Builds the directives of a block in a new context. `fresh` lists the levels for which new configurations are created (others are inherited as they are). Returns them, unmerged. */
  block(directive: Directive, context: Context, fresh: readonly Level[]): Configurations;
  /** As `block`, with a look at the new configurations before their directives are read. */
  open(
    directive: Directive,
    context: Context,
    fresh: readonly Level[],
    prepare: (configurations: Configurations) => void,
  ): Configurations;
  /** The directives of a block that reads its own lines (`types`, `map`), includes put in place; throws where its text is not well formed. */
  lines(directive: Directive): Iterable<Directive>;
  /** Compiles `$variables`. An unknown one fails the build once the whole `http` block is read, as in nginx, for a `set` may follow. */
  value(text: string): ComplexValue;
  /** A reference to one variable; `undefined` where it isn't set. The name may be defined later in the file. */
  variable(name: string): (exchange: Exchange) => string | undefined;
  hasVariables(text: string): boolean;
  /** Translates a PCRE pattern; its named groups become variables. */
  regex(pattern: string, caseless: boolean): Regex;
  /** Makes `$name` known, as `set` and `map` do. Without a getter its value is what `exchange.variables` holds. */
  defineVariable(name: string, getter?: (exchange: Exchange) => string | undefined): void;
  /** Whether somebody made `$name` known already. */
  isDefined(name: string): boolean;
  /** Whether something that was read so far has `$name` in it. */
  isReferred(name: string): boolean;
  /** The shared zone of that name: `size` (bytes) declares it, 0 refers to it. Only modules that give the same `owner` may share one. */
  zone(name: string, size: number, owner: string): SharedZone;
  /** What a zone held in the configuration before this one; `undefined` when it is new. */
  earlierState(zone: SharedZone, owner: string): unknown;
  /** Throws a ConfigError at the directive, in nginx's words. */
  fail(message: string): never;
  /** A path as nginx takes it: relative ones under the prefix (or, for `conf`, the folder of the configuration file). */
  path(text: string, base?: 'prefix' | 'conf'): string;
  warn(message: string): void;
}

/** Configurations of all modules at one place of the file, indexed by module. */
export interface Configurations {
  readonly main: Map<Module, unknown>;
  readonly server: Map<Module, unknown>;
  readonly location: Map<Module, unknown>;
  /** The blocks inside, in the order of the file; merging walks down them. */
  readonly children: Configurations[];
  /** The levels that belong to this block alone; the others are its parent's. */
  readonly fresh: readonly Level[];
  /** The directive of the block, for errors. */
  readonly directive: Directive | undefined;
}

/** A directive a module knows. `arguments` counts words after the name. */
export interface DirectiveSpec {
  readonly name: string;
  readonly contexts: readonly Context[];
  readonly arguments: number | readonly [least: number, most: number] | 'flag';
  readonly block?: boolean;
  readonly level: Level;
  // biome-ignore lint/suspicious/noExplicitAny: each module knows the type of its own configuration
  set(configuration: any, directive: Directive, build: Build): void;
}

/** A module is a table: what it reads, what it keeps, what it does in which phase. Sources: nginx's development guide, "HTTP". */
export interface Module {
  /** nginx's own name of the module, e.g. `ngx_http_proxy_module`. */
  readonly name: string;
  readonly directives: readonly DirectiveSpec[];
  /** Takes part in requests though no directive of its own is in the file. The others cost nothing where they aren't used. */
  readonly alwaysAtWork?: boolean;
  createMain?(): unknown;
  createServer?(): unknown;
  createLocation?(): unknown;
  /** Called when the `http` block is read and before anything is merged: defaults of the main level, names resolved. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  initMain?(main: any, build: Build): void;
  /** Fills in what `child` left unset. Called for each server (parent: the `http` block) before its locations. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  mergeServer?(parent: any, child: any): void;
  /** Fills in what `child` left unset: a server's from `http`, a location's from its server or the location around it. `warn` says where that was. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  mergeLocation?(parent: any, child: any, warn: (message: string) => void): void;
  /** Called when all is merged. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  postConfiguration?(main: any, build: Build): void;
  /** Called when a configuration begins to take requests. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  begin?(main: any, zones: ZoneKeeper): void;
  /** Called when a configuration takes no more requests (a reload replaced it, or the process ends): lets go of what is idle, and keeps nothing from now on. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  retire?(main: any): void;
  /** Called in the process that outlives the workers (the only one, where there are none) when a configuration is at work: what is to be done for all of them begins ... */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  takeCharge?(main: any): void;
  /** ... and when another configuration has taken its place: it ends. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  resign?(main: any): void;
  /** `$name` getters; a name ending in `_` is a prefix (`arg_`, `http_`, ...) whose getter gets the rest. */
  readonly variables?: Readonly<Record<string, (exchange: Exchange, rest: string) => string | undefined>>;
  readonly phases?: Partial<Readonly<Record<Phase, Handler>>>;
  /**
   * Whether its configuration, there and in `http`, leaves the module nothing to do at a place: its handlers and filters are left out there.
   * Asked once for each place; a module without it always takes part.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  idle?(location: any, main: any): boolean;
  /** What its handlers do to shared zones, for the process that has them. */
  readonly zoneActs?: readonly ZoneAct[];
  /** Header filters, run in the order of `modules/index.ts` before the head is sent. */
  filterHead?(exchange: Exchange): void;
}
