import type { Directive, Word } from '../../../proxy/config/index.ts';
import type { Edits } from '../edits.ts';
import type { Doors } from './doors.ts';
import type { Draft } from './draft.ts';

/** `$server_port`, which the server would fill with a port of the sandbox. */
export class ServerPort {
  readonly #draft: Draft;
  readonly #doors: Doors;
  #needsVariable = false;

  constructor(draft: Draft, doors: Doors) {
    this.#draft = draft;
    this.#doors = doors;
  }

  /** `$server_port` says the student's port, in comparisons and in values. */
  map(directive: Directive, ports: readonly number[]): void {
    if (
      directive.name === 'log_format' ||
      !directive.words.some(({ text }) => /\$(server_port\b|\{server_port\})/.test(text))
    )
      return;
    const edits = this.#draft.editsOf(directive.file);
    if (directive.name === 'if' || directive.name === 'map') {
      const compared = directive.name === 'if' ? [directive] : (directive.block ?? []);
      for (const { words, name, start } of compared) {
        if (directive.name === 'map') this.#mapKey(directive, name, start);
        else for (const word of words) this.#comparedPorts(edits, word);
      }
      return;
    }
    const [port, ...others] = new Set(ports);
    const isOne = port !== undefined && others.length === 0;
    if (!isOne) this.#needsVariable = true;
    const value = isOne ? String(port) : '$sandbox_server_port';
    for (const word of directive.words) {
      const source = edits.source(word);
      const changed = source.replace(/\$server_port\b|\$\{server_port\}/g, value);
      if (changed !== source) edits.replace(word, changed);
    }
  }

  #comparedPorts(edits: Edits, word: Word): void {
    const source = edits.source(word);
    if (source.includes('server_port')) return;
    const changed = source.replace(/\d{2,5}/g, (port) => String(this.#doors.known(Number(port)) ?? port));
    if (changed !== source) edits.replace(word, changed);
  }

  #mapKey(directive: Directive, key: string, start: number): void {
    const port = this.#doors.known(Number(key));
    if (port === undefined) return;
    this.#draft
      .editsOf(directive.file)
      .replace({ text: key, quoted: false, line: 0, start, end: start + key.length }, String(port));
  }

  /** A server on several ports: which of them a request came through is found out by the server itself. */
  complete(servers: readonly Directive[]): void {
    if (!this.#needsVariable) return;
    const open = new Map(this.#doors.all.map(({ port, sandbox }) => [port, sandbox]));
    const others = [...open].map(
      ([port, sandbox]) => ` if ($server_port = ${sandbox}) { set $sandbox_server_port ${port}; }`,
    );
    const text = ` set $sandbox_server_port 80;${others.join('')}`;
    for (const server of servers) this.#draft.editsOf(server.file).insertInBlock(server.start, text);
  }
}
