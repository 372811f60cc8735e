import { failure } from './build.ts';
import type { Directive } from './directive.ts';

/** `on` or `off`, in any case of letters. The number of words and their value are checked before a setter runs. */
export function flag(directive: Directive): boolean {
  return directive.words[0]!.text.toLowerCase() === 'on';
}

/** A size in bytes: digits, then nothing, `k` or `m`. `undefined` when it is none (`ngx_parse_size`). */
export function parseSize(text: string): number | undefined {
  return /[gG]$/.test(text) ? undefined : parseOffset(text);
}

/** The size of a file or body in bytes: as `parseSize`, and `g`. `undefined` when it is none (`ngx_parse_offset`). */
export function parseOffset(text: string): number | undefined {
  const match = /^(\d+)([kKmMgG]?)$/.exec(text);
  if (match === null) return undefined;
  const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match[2]!.toLowerCase()]!;
  const size = Number(match[1]) * unit;
  return size <= Number.MAX_SAFE_INTEGER ? size : undefined;
}

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};
const unitOrder = ['y', 'M', 'w', 'd', 'h', 'm', 's', 'ms', ''];

/**
 * A time in milliseconds: `60`, `1m 30s`, `1h30m`, `500ms`; units from large to small, each once, a bare number is
 * seconds. `undefined` when it is none (`ngx_parse_time`).
 */
export function parseTime(text: string): number | undefined {
  const pieces = [...text.matchAll(/(\d+)(ms|[yMwdhms]?) */g)];
  if (pieces.length === 0 || pieces.map((piece) => piece[0]).join('') !== text) return undefined;
  let total = 0;
  let last = -1;
  for (const [, digits, unit] of pieces) {
    const order = unitOrder.indexOf(unit!);
    if (order <= last) return undefined;
    last = order;
    total += Number(digits) * milliseconds[unit === '' ? 's' : unit!]!;
  }
  return total <= Number.MAX_SAFE_INTEGER ? total : undefined;
}

/** A time in whole seconds, as milliseconds: with `ms` in it nginx takes it for wrong. */
export function parseSeconds(text: string): number | undefined {
  return text.includes('ms') ? undefined : parseTime(text);
}

/** Whether digits say no more than fits nginx's off_t, of 63 bits. */
export function fitsOffset(digits: string): boolean {
  return digits.length <= 15 || BigInt(digits) <= LARGEST_OFFSET;
}

const LARGEST_OFFSET = 2n ** 63n - 1n;

/** The size of a directive's word, in bytes; throws nginx's error. */
export function size(directive: Directive, index = 0): number {
  return valid(directive, parseSize(directive.words[index]!.text));
}

/** The size of a pool of memory, in bytes; throws nginx's error. */
export function poolSize(directive: Directive): number {
  const value = size(directive);
  if (value < 112) throw failure(directive, 'the pool size must be no less than 112');
  if (value % 16 !== 0) throw failure(directive, 'the pool size must be a multiple of 16');
  return value;
}

/** The size of a file or body that a directive's word says, in bytes; throws nginx's error. */
export function offset(directive: Directive, index = 0): number {
  return valid(directive, parseOffset(directive.words[index]!.text));
}

/** The time of a directive's word, in milliseconds; throws nginx's error. */
export function time(directive: Directive, index = 0): number {
  return valid(directive, parseTime(directive.words[index]!.text));
}

/** The time of a directive's word that may not have `ms` in it, in milliseconds; throws nginx's error. */
export function seconds(directive: Directive, index = 0): number {
  return valid(directive, parseSeconds(directive.words[index]!.text));
}

/** The number of a directive's word; throws nginx's error. */
export function number(directive: Directive, index = 0): number {
  const { text } = directive.words[index]!;
  if (!/^\d{1,15}$/.test(text)) throw failure(directive, `"${directive.name}" directive invalid number`);
  return Number(text);
}

/** How many buffers of how many bytes; throws nginx's error. Source: ngx_conf_set_bufs_slot. */
export function buffers(directive: Directive): { number: number; size: number } {
  const [count, bytes] = directive.words.map(({ text }) => text) as [string, string];
  const each = parseSize(bytes);
  if (!/^\d{1,15}$/.test(count) || Number(count) === 0) return { number: valid(directive, undefined), size: 0 };
  return { number: Number(count), size: valid(directive, each === 0 ? undefined : each) };
}

/** The number of a directive's word, within bounds; throws nginx's errors. */
export function numberBetween(directive: Directive, least: number, most: number, index = 0): number {
  const value = number(directive, index);
  if (value < least || value > most) throw failure(directive, `value must be between ${least} and ${most}`);
  return value;
}

/** One of several words; throws `invalid value "x"`. */
export function oneOf<T extends string>(directive: Directive, choices: readonly T[], index = 0): T {
  const { text } = directive.words[index]!;
  const choice = choices.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (choice === undefined) throw failure(directive, `invalid value "${text}"`);
  return choice;
}

/**
 * All of several words, some of which may have been chosen before; throws `invalid value "x"`, and warns of what stands
 * there twice. Source: ngx_conf_set_bitmask_slot.
 */
export function severalOf<T extends string>(
  directive: Directive,
  choices: readonly T[],
  warn: (warning: string) => void,
  before?: ReadonlySet<T>,
): Set<T> {
  const chosen = new Set(before);
  directive.words.forEach(({ text }, index) => {
    const choice = oneOf(directive, choices, index);
    if (chosen.has(choice)) warn(`duplicate value "${text}"`);
    chosen.add(choice);
  });
  return chosen;
}

function valid(directive: Directive, value: number | undefined): number {
  if (value === undefined) throw failure(directive, `"${directive.name}" directive invalid value`);
  return value;
}
