/** Reading nginx's configuration language: text to tree, nginx's errors, nginx's values. It opens files and nothing else. */
export { failure, linesOf, type Rule, ruleFor } from './build.ts';
export type { Context, Directive, Word } from './directive.ts';
export { ConfigError, PlacelessError } from './errors.ts';
export { isPattern, matchingFiles } from './include.ts';
export { type Parsed, type ParseOptions, parseFile, parseText, type Snapshot } from './parser.ts';
export { failedCall, fullName, systemPath } from './paths.ts';
export { nearestName } from './suggestion.ts';
export {
  buffers,
  fitsOffset,
  flag,
  number,
  numberBetween,
  offset,
  oneOf,
  parseOffset,
  parseSeconds,
  parseSize,
  parseTime,
  poolSize,
  seconds,
  severalOf,
  size,
  time,
} from './values.ts';
