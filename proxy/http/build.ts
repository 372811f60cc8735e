import type { Configuration } from './configuration.ts';
import type { Module } from './module.ts';

export interface BuildOptions {
  /** Path of the main configuration file. */
  readonly file: string;
  /** Relative paths of logs and roots lie under it; with a trailing slash or without. */
  readonly prefix: string;
  readonly modules: readonly Module[];
  /** The text of `-g`. */
  readonly globalDirectives?: string;
}

/** Reads and builds a whole configuration. Throws a ConfigError. */
export type BuildConfiguration = (options: BuildOptions) => Configuration;
