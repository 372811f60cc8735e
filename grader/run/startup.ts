import type { Directive } from '../../proxy/config/index.ts';
import type { StartupMessage } from '../result.ts';
import type { StudentConfiguration } from '../target/target.ts';
import { directivesOf, linesAround, words } from './configuration-model.ts';

/** Adds to each message the line it names, and to the commonest mistakes what the server's words don't say. */
export function explainStartup(
  messages: readonly StartupMessage[],
  configuration: StudentConfiguration,
): readonly StartupMessage[] {
  return messages.map((told) => {
    const message = placed(told, configuration);
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

/** Of a certificate or key that can't be read nginx says the path and no line: it is the one that names the path. */
function placed(message: StartupMessage, configuration: StudentConfiguration): StartupMessage {
  const file = /^cannot load certificate(?: key)? "([^"]+)"/.exec(message.text)?.[1];
  if (message.line !== undefined || file === undefined) return message;
  for (const one of all(configuration.directives)) {
    if (!/^ssl_certificate(_key)?$/.test(one.name) || words(one)[0] !== file) continue;
    return { ...message, file: one.file, line: one.line };
  }
  return message;
}

/** Where blocks and directives belong that are most often written somewhere else. */
const belongs: Readonly<Record<string, string>> = {
  upstream: '`upstream` stands beside the `server` blocks, not inside of one.',
  server: 'A `server` stands in no other `server` and no `location`: is the block before it closed by its "}"?',
  location: 'A `location` stands inside of a `server`: is there a "}" too many before it?',
  proxy_pass: '`proxy_pass` stands in a `location`: location / { proxy_pass ...; }',
  http: 'nginx.conf has the `http` block, and includes the files of conf.d inside of it: begin with `server`.',
  events: 'nginx.conf has the `events` block. A file of conf.d begins with `server`.',
};

/** What nginx says in words that one has to know already. */
function inPlainWords(text: string, configuration: StudentConfiguration): string | undefined {
  if (text.startsWith('unknown directive "\ufeff'))
    return 'The file begins with an invisible byte order mark, which nginx takes for a letter: save it as UTF-8 without BOM.';
  if (text === 'invalid URL prefix') return 'The address in `proxy_pass` begins with http:// or https://.';
  const [, address] = /^invalid host in upstream "https?:\/\/([^"/]+)\/?"/.exec(text) ?? [];
  if (address !== undefined) return `This address is written without http://: ${address}`;
  const [, name] = /^host not found in upstream "([^":.]+)"/.exec(text) ?? [];
  if (name !== undefined) return noSuchUpstream(name, configuration);
  const [, misplaced = ''] = /^"(\w+)" directive is not allowed here/.exec(text) ?? [];
  if (Object.hasOwn(belongs, misplaced)) return belongs[misplaced];
  if (/^cannot load certificate.*No such file/s.test(text))
    return 'There is no such file. The certificate of the labs is /etc/nginx/certs/catalog.test.crt, its key catalog.test.key beside it.';
  return undefined;
}

function noSuchUpstream(name: string, configuration: StudentConfiguration): string {
  const there = [...all(configuration.directives)].filter((one) => one.name === 'upstream');
  const named = there.map((one) => `\`upstream ${words(one)[0]}\` on line ${one.line}`);
  return `There is no \`upstream ${name}\`${named.length === 0 ? '' : `, but ${named.join(' and ')}`}.`;
}

function adviceFor(message: StartupMessage, file: string, configuration: StudentConfiguration): string | undefined {
  const plain = inPlainWords(message.text, configuration);
  if (plain !== undefined) return plain;
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
