import type { Directive, Word } from '../../../proxy/config/index.ts';
import { inWorld, outsideAddress } from '../refusals.ts';
import { isUri, pieces } from '../variables.ts';
import type { Draft } from './draft.ts';

/** Where requests go on to: addresses of the student's machine become those of the sandbox, others are refused. */
export class Destinations {
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /** An address to which requests go on. */
  pass(directive: Directive, word: Word): void {
    const [, scheme = '', host = '', port, rest = ''] =
      /^(?:([a-z]+|\$scheme|\$\{scheme\}):\/\/)?(\[[^\]]*\]|[^/:?]*)(?::([^/?$]*))?(.*)$/is.exec(word.text) ?? [];
    if (host.toLowerCase() === 'unix') {
      this.#unixSocket(directive, word);
      return;
    }
    const behind = pieces(rest)[0];
    const goesOn = behind === undefined || ('text' in behind ? /^[/?]/.test(behind.text) : isUri(behind.variable));
    if (host.includes('$') ? port !== undefined || !this.#knownTarget(host) : !goesOn) {
      this.#draft.refuse(
        directive,
        `"${word.text}": where requests go must be known before they come: an address, an upstream, or one variable that is set to these`,
      );
      return;
    }
    if (host === '' || host.includes('$')) return;
    if (isLoopback(host)) {
      if (port === undefined) this.#withDefaultPort(directive, word, host, scheme.toLowerCase() === 'https' ? 443 : 80);
      else this.replaceAddresses(directive, word);
      return;
    }
    const isGroup = directive.name !== 'server' && this.#draft.upstreams.has(host.toLowerCase());
    if (isGroup) return;
    if (/^[\d.]+$/.test(host) || host.startsWith('[') || (host.includes('.') && !host.endsWith('.test'))) {
      this.#draft.refuse(directive, outsideAddress(host));
      return;
    }
    // What nginx says when a name has no address, without asking the network for it.
    const text = `host not found in upstream "${word.text.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '')}"`;
    this.#draft.fail(directive, text, directive.terminatorLine);
  }

  /** A Unix socket of the lab's world: the file of the same name in the sandbox. Any other belongs to a program of this machine. */
  #unixSocket(directive: Directive, word: Word): void {
    const [, before = '', path = '', rest = ''] = /^((?:[a-z]+:\/\/)?unix:)([^:$]*)(:.*)?$/is.exec(word.text) ?? [];
    // /var/run is /run.
    const known = path.replace(/^\/var\/run\//, '/run/');
    if (this.#draft.options.unixSockets.has(known)) this.#draft.replaceWord(directive, word, before, known, rest);
    else this.#draft.refuse(directive, outsideAddress(word.text));
  }

  /** Whether a host is one variable, perhaps with a URI behind it, and every value of it is a place of the lab's world. */
  #knownTarget(host: string): boolean {
    const [first, second, ...more] = pieces(host);
    if (first === undefined || 'text' in first || more.length > 0) return false;
    if (second !== undefined && ('text' in second || !isUri(second.variable))) return false;
    const isTarget = (value: string): boolean => {
      const address = /^(?:[a-z]+:\/\/)?(\[[^\]]*\]|[^/:?$]*)(?::\d{1,5})?(?:[/?].*)?$/is
        .exec(value)?.[1]
        ?.toLowerCase();
      return address === '' || (address !== undefined && (isLoopback(address) || this.#draft.upstreams.has(address)));
    };
    return this.#draft.variables.values(first.variable)?.every(isTarget) ?? false;
  }

  /** `http://localhost/` means port 80; in the sandbox the port must be said. */
  #withDefaultPort(directive: Directive, word: Word, host: string, port: number): void {
    const edits = this.#draft.editsOf(directive.file);
    const at = edits.source(word).toLowerCase().indexOf(host.toLowerCase());
    const source = edits.source(word);
    const address = `127.0.0.1:${this.#draft.addresses.port(port, 'connect')}`;
    edits.replace(word, source.slice(0, at) + address + source.slice(at + host.length));
  }

  /** A value that may turn up in an address or a path: whatever of the world it names is translated. */
  value(directive: Directive, word: Word): void {
    if (word.text.startsWith('/') && inWorld(word.text) && !word.text.includes('..')) {
      this.#draft.replacePath(directive, word, word.text);
      return;
    }
    const url = /^[a-z]+:\/\/([\w.-]+)/i.exec(word.text)?.[1];
    const address = /^(\d+\.\d+\.\d+\.\d+):\d+/.exec(word.text)?.[1] ?? url;
    const foreign =
      address !== undefined && !isLoopback(address) && address.includes('.') && !address.endsWith('.test');
    if (foreign && !this.#draft.upstreams.has(address.toLowerCase())) {
      this.#draft.refuse(directive, outsideAddress(address));
      return;
    }
    this.replaceAddresses(directive, word);
  }

  /** Every address of the loopback network in the word gets the port it has in the sandbox. */
  replaceAddresses(directive: Directive, word: Word): void {
    const edits = this.#draft.editsOf(directive.file);
    const source = edits.source(word);
    const changed = source.replace(
      /(?<![\w.-])(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|\[::\]):(\d{1,5})(?!\d)/gi,
      (whole, port: string) =>
        Number(port) > 65_535 || Number(port) < 1
          ? whole
          : `127.0.0.1:${this.#draft.addresses.port(Number(port), 'connect')}`,
    );
    if (changed !== source) edits.replace(word, changed);
  }

  resolver(directive: Directive): void {
    const foreign = directive.words.find(({ text }) => !text.includes('=') && !/^(127\.|localhost|\[::1\])/.test(text));
    if (foreign !== undefined) this.#draft.refuse(directive, outsideAddress(foreign.text));
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|\[::\])$/i.test(host);
}
