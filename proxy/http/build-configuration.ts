import path from 'node:path';
import { ConfigError, type Parsed, parseFile, parseText, type Snapshot } from '../config/index.ts';
import { Builder, createConfigurations, type Shared, specsOf } from './build.ts';
import type { Configuration, Listener } from './configuration.ts';
import { core, coreMain } from './core.ts';
import { listenersOf } from './listeners.ts';
import { mainModule, processConfiguration } from './main.ts';
import type { Configurations, Module } from './module.ts';
import { SharedZones } from './shared-zones.ts';
import { Variables } from './variables.ts';

export interface BuildOptions {
  /** Path of the main configuration file. */
  readonly file: string;
  /** Relative paths of logs and roots are under it. */
  readonly prefix: string;
  /** The modules of the `http` block, ngx_http_core_module first. */
  readonly modules: readonly Module[];
  /** Builds what was read earlier, whatever has become of the files. */
  readonly snapshot?: Snapshot;
  /** The text of `-g`. */
  readonly globalDirectives?: string;
  /** Where errors go when no `error_log` says it; `stderr` when not given. */
  readonly errorLog?: string;
  /** The configuration that this one is to follow: zones that stay keep what they hold. */
  readonly previous?: Configuration | undefined;
  /** Called once what nginx calls the syntax is known to be right. */
  readonly onSyntaxOk?: () => void;
  /** Called with each warning as it comes, in the order of the file. */
  readonly onWarning?: (warning: string) => void;
}

/** Reads and builds a whole configuration; nothing is opened but the files it names. Throws a ConfigError. */
export function buildConfiguration(options: BuildOptions): Configuration {
  const folder = path.dirname(options.file);
  const prefix = options.prefix.endsWith('/') ? options.prefix : `${options.prefix}/`;
  const modules = options.modules.includes(core) ? options.modules : [core, ...options.modules];
  const warnings: string[] = [];
  const warn = (warning: string): void => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  const listeners: Listener[] = [];
  const shared: Shared = {
    modules,
    specs: specsOf([mainModule, ...modules]),
    variables: new Variables(modules),
    prefix,
    folder,
    warn,
    errorLog: options.errorLog ?? 'stderr',
    zones: new SharedZones(),
    earlierZones: options.previous?.zones,
    used: new Set(),
    onHttp: (http) => void listeners.push(...listenersOf(http, warn)),
  };
  const top = createConfigurations([mainModule, core], ['main'], undefined, undefined);
  const builder = new Builder(shared, 'main', top, undefined);
  if (options.globalDirectives !== undefined) applyGlobal(builder, options.globalDirectives, folder);
  const parsed = parseFile(options.file, {
    folder,
    encoding: 'latin1',
    ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
  });
  builder.apply(parsed.directives);
  const http = httpOf(top);
  options.onSyntaxOk?.();
  shared.zones.check();
  return {
    process: processConfiguration(top, shared.errorLog, listeners.length, warn),
    http,
    listeners,
    warnings,
    snapshot: { files: parsed.files, matches: parsed.matches },
    prefix,
    variables: shared.variables,
    zones: shared.zones,
    modules: modules.filter((module) => module.alwaysAtWork === true || shared.used.has(module)),
  };
}

function applyGlobal(builder: Builder, text: string, folder: string): void {
  const { directives }: Parsed = parseText(text, '', { folder });
  const block = directives.findIndex(({ terminator }) => terminator === '{');
  try {
    builder.apply(block < 0 ? directives : directives.slice(0, block));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // nginx reads the parameter as it is, and says of what ends too early that it is a parameter.
    const reason = error.reason.replace(/^(unexpected end of )file(, expecting ";").*/, '$1parameter$2');
    throw new ConfigError(`${reason} in command line`);
  }
  if (block >= 0) throw new ConfigError('block directives are not supported in -g option in command line');
}

function httpOf(top: Configurations): Configurations | undefined {
  return coreMain(top)?.http;
}
