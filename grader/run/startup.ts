import type { Directive } from '../../proxy/config/index.ts';
import type { StartupMessage } from '../result.ts';
import type { StudentConfiguration } from '../target/target.ts';
import { directivesOf, linesAround } from './configuration-model.ts';

/** Adds to each message the line it names, and to the commonest mistakes what the server's words don't say. */
export function explainStartup(
  messages: readonly StartupMessage[],
  configuration: StudentConfiguration,
): readonly StartupMessage[] {
  return messages.map((message) => {
    const { file, line } = message;
    if (file === undefined || line === undefined) return message;
    const context = linesAround(configuration, file, line);
    const source = context?.lines[line - context.first]?.trim();
    const advice = adviceFor(message, file, configuration);
    return {
      ...message,
      ...(source !== undefined && source !== '' && { source }),
      ...(context !== undefined && { context }),
      ...(advice !== undefined && { advice }),
    };
  });
}

function adviceFor(message: StartupMessage, file: string, configuration: StudentConfiguration): string | undefined {
  if (/unexpected end of file, expecting "}"/.test(message.text)) return openBlock(file, configuration);
  if (/unexpected "}"/.test(message.text))
    return 'A brace closes more than was opened, or the line before it lacks its semicolon.';
  return unendedLine(file, message.line ?? 0, configuration);
}

/** The block that is still open at the end: the last one that was begun and whose text doesn't end well. */
function openBlock(file: string, configuration: StudentConfiguration): string | undefined {
  let open: Directive | undefined;
  for (const one of all(configuration.directives)) {
    const unclosed = one.block?.some(({ error }) => error !== undefined);
    if (one.file === file && unclosed) open = one;
  }
  return open && `A "}" is missing: the block that "${open.name}" opens on line ${open.line} is never closed.`;
}

/**
 * A directive that runs on into the next line, where the first word is glued to nothing and looks like a name: its
 * semicolon is missing. nginx complains of the next line.
 */
function unendedLine(file: string, line: number, configuration: StudentConfiguration): string | undefined {
  const lines = configuration.files.find(({ name }) => name === file)?.text.split('\n');
  for (const one of all(configuration.directives)) {
    if (one.file !== file || one.line >= line || one.line < line - 3) continue;
    const next = one.words.find((word) => word.line > one.line && word.line <= line);
    const text = lines?.[one.line - 1]?.replace(/#.*$/, '').trimEnd();
    if (next === undefined || text === undefined || /[;{}]$/.test(text) || !/^[a-z_]+$/.test(next.text)) continue;
    return `Line ${one.line} has no semicolon at its end: "${text.trim()}"`;
  }
  return undefined;
}

function* all(directives: readonly Directive[]): Generator<Directive> {
  for (const one of directivesOf(directives)) {
    yield one;
    if (one.block !== undefined) yield* all(one.block);
  }
}
