import type { Directive } from '../../proxy/config/index.ts';
import type { RequestTrace } from '../trace.ts';
import type { StudentConfiguration } from './target.ts';

/** What turns the sandbox's words into the student's. */
export interface Words {
  readonly text: (text: string) => string;
  /** The name by which the student knows a file. */
  readonly file: (place: string) => string;
  readonly configuration: StudentConfiguration;
}

/** Reads the lines that the reference proxy wrote; what isn't a whole line (at either end) is left out. */
export function readTraces(written: string, words: Words): RequestTrace[] {
  const lines = written.split('\n');
  lines.pop();
  const directives = new Map<string, string>();
  for (const one of everything(words.configuration.directives)) {
    // Several of one name on a line can't be told apart; the sandbox's words will do for them.
    const key = `${one.file}:${one.line}:${one.name}`;
    directives.set(key, directives.has(key) ? '' : asWritten(one));
  }
  const whole = lines.filter((line) => line.startsWith('{"version":1,'));
  return whole.map((line) => inStudentWords(JSON.parse(line), words, directives) as RequestTrace);
}

function inStudentWords(value: unknown, words: Words, directives: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return words.text(value);
  if (Array.isArray(value)) return value.map((one) => inStudentWords(one, words, directives));
  if (typeof value !== 'object' || value === null) return value;
  const translated: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, inStudentWords(one, words, directives)]),
  );
  if (typeof translated.file === 'string') translated.file = words.file(translated.file);
  const { at, directive } = translated as { at?: { file: string; line: number }; directive?: string };
  if (at !== undefined && directive !== undefined) {
    const own = directives.get(`${at.file}:${at.line}:${directive.split(' ', 1)[0]}`);
    if (own) translated.directive = own;
  }
  return translated;
}

function* everything(directives: readonly Directive[]): Generator<Directive> {
  for (const one of directives) {
    if (one.included === undefined) yield one;
    yield* everything(one.included ?? one.block ?? []);
  }
}

function asWritten({ name, words }: Directive): string {
  return [name, ...words.map(({ text, quoted }) => (quoted ? `"${text}"` : text))].join(' ');
}
