import type { Directive, Word } from '../../../proxy/config/index.ts';
import type { StartupMessage } from '../../result.ts';
import type { AddressMap } from '../address-map.ts';
import { Edits } from '../edits.ts';
import type { TreeFile } from '../submission.ts';
import { Variables } from '../variables.ts';

export interface MapOptions {
  /** The folder of the sandbox that mirrors `/`. */
  readonly root: string;
  readonly engine: 'reference' | 'nginx';
  /** Ports of the applications of this lab, the student's to the sandbox's. */
  readonly applications: ReadonlyMap<number, number>;
  /** Unix sockets on which applications of this lab listen, as the student writes them. */
  readonly unixSockets: ReadonlySet<string>;
  readonly ipv6: boolean;
  /** What `worker_processes auto` means, whatever machine it runs on. */
  readonly cores: number;
}

/** A configuration on its way into the sandbox: what is changed in its files, what is refused, and what is known of it. */
export class Draft {
  readonly options: MapOptions;
  readonly addresses: AddressMap;
  readonly variables = new Variables();
  /** Names of the upstreams, in lower case. */
  readonly upstreams = new Set<string>();
  readonly refused: StartupMessage[] = [];
  readonly #files: ReadonlyMap<string, TreeFile>;
  readonly #edits = new Map<string, Edits>();

  constructor(files: ReadonlyMap<string, TreeFile>, options: MapOptions, addresses: AddressMap) {
    this.#files = files;
    this.options = options;
    this.addresses = addresses;
  }

  /** The changes of the file at this place below /etc/nginx. */
  editsOf(place: string): Edits {
    let edits = this.#edits.get(place);
    if (edits === undefined) {
      edits = new Edits(this.#files.get(place)?.text ?? '');
      this.#edits.set(place, edits);
    }
    return edits;
  }

  /** Puts a path of the sandbox in the place of the student's. */
  replacePath(directive: Directive, word: Word, place: string): void {
    this.replaceWord(directive, word, '', place, '');
  }

  /** The same for a path that has something before it and behind it. */
  replaceWord(directive: Directive, word: Word, before: string, place: string, behind: string): void {
    this.editsOf(directive.file).replace(word, quoteLike(word, before + this.options.root + place + behind));
  }

  /** What would reach out of the lab's world: nothing is started. */
  refuse(directive: Directive, text: string): void {
    this.#say(directive, directive.line, 'refused', text);
  }

  /** What nginx would say of the student's own machine, in its words; `line` when it isn't that of the directive. */
  fail(directive: Directive, text: string, line = directive.line): void {
    this.#say(directive, line, 'emerg', text);
  }

  #say({ file }: Directive, line: number, severity: StartupMessage['severity'], text: string): void {
    this.refused.push({ file: this.#files.get(file)?.name ?? file, line, severity, text });
  }
}

/** A path in the quotes its word had. A sandbox path has no character that would need any. */
function quoteLike(word: Word, text: string): string {
  return word.quoted || /[\s;{}"']/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
