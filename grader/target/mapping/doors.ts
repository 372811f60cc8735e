import type { Directive, Word } from '../../../proxy/config/index.ts';
import { type ListenAddress, readListen } from '../listen.ts';
import type { Draft } from './draft.ts';

/** An address of the sandbox on which the server will listen. */
export interface Door extends ListenAddress {
  readonly host: string;
  readonly sandbox: number;
}

/** Where the student's servers listen, and where that is in the sandbox. */
export class Doors {
  readonly all: Door[] = [];
  readonly #draft: Draft;
  /** What is open to everybody, `4 80`: a listener on the loopback address beside it needs a port of its own. */
  readonly #openPorts = new Set<string>();

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** Must have seen every directive before the first `server` is mapped. */
  note({ name, words, block }: Directive): void {
    if (name === 'listen' && words[0] !== undefined) {
      const address = readListen(words[0].text);
      if (address?.open) this.#openPorts.add(`${address.family} ${address.port}`);
    } else if (name === 'server' && block?.every((inner) => inner.name !== 'listen')) this.#openPorts.add('4 80');
  }

  /** The sandbox port of one of the student's, if their server listens on it. */
  known(port: number): number | undefined {
    return this.all.find((door) => door.port === port)?.sandbox;
  }

  /** `listen` directives of a server, and the one it gets when it has none: port 80, as it does for root. */
  server(directive: Directive): readonly number[] {
    const listens = (directive.block ?? []).filter(({ name, words }) => name === 'listen' && words.length > 0);
    if (listens.length === 0) {
      const port = this.#door({ family: 4, open: true, port: 80 });
      this.#draft.editsOf(directive.file).insertInBlock(directive.start, ` listen 127.0.0.1:${port};`);
      return [80];
    }
    return listens.flatMap((listen) => this.#listen(listen));
  }

  #listen(directive: Directive): readonly number[] {
    const word = directive.words[0]!;
    const address = readListen(word.text);
    if (address === undefined) {
      // A mistake in the word itself is the server's to explain.
      if (
        /^unix:|^\d+\.\d+\.\d+\.\d+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$|^[a-z][\w-]*(\.[\w-]+)+(:\d+)?$/i.test(word.text)
      ) {
        this.#draft.refuse(
          directive,
          `"listen ${word.text}": a check listens on this machine's own addresses alone (80, *:80, [::]:80)`,
        );
      }
      return [];
    }
    const both = directive.words.find(({ text }) => text === 'ipv6only=off');
    const edits = this.#draft.editsOf(directive.file);
    const family = address.family === 6 && (both !== undefined || !this.#draft.options.ipv6) ? 4 : address.family;
    if (both !== undefined && family === 4) edits.blank(both.start, both.end);
    // Without IPv6 on this machine the listener gets a place of its own, where it does no harm.
    const alone = address.family === 6 && family === 4 && both === undefined;
    const port = this.#door({ ...address, family, open: address.open && !alone });
    if (this.#draft.options.applications.has(address.port)) this.#taken(directive, word);
    edits.replace(word, `${family === 6 ? '[::1]' : '127.0.0.1'}:${port}`);
    return [address.port];
  }

  /** An application of the lab listens there already; nginx would find out after trying for 2.5 s. */
  #taken(directive: Directive, word: Word): void {
    const text = `bind() to ${word.text.replace(/^(\*:)?(?=\d+$)/, '0.0.0.0:')} failed (98: Address already in use): the application of this lab listens there`;
    this.#draft.fail(directive, text);
  }

  #door(address: ListenAddress): number {
    const shadowed = !address.open && this.#openPorts.has(`${address.family} ${address.port}`);
    const port = this.#draft.addresses.port(address.port, shadowed ? 'inside' : 'listen');
    const host = address.family === 6 ? '::1' : '127.0.0.1';
    if (!this.all.some((door) => door.sandbox === port && door.host === host)) {
      this.all.push({ ...address, host, sandbox: port });
    }
    return port;
  }
}
