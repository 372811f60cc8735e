import path from 'node:path';
import type { Directive, Word } from '../../proxy/config/index.ts';
import type { StartupMessage } from '../result.ts';
import { AddressMap } from './address-map.ts';
import { Edits } from './edits.ts';
import type { IncludeTree } from './include-tree.ts';
import { type ListenAddress, readListen } from './listen.ts';
import {
  climbs,
  forbidden,
  inWorld,
  isDevice,
  outsideAddress,
  outsidePath,
  pathWord,
  readsAsWritten,
} from './refusals.ts';
import type { TreeFile } from './submission.ts';
import { isUri, pieces, Variables } from './variables.ts';

export interface MapOptions {
  /** The folder of the sandbox that mirrors `/`. */
  readonly root: string;
  readonly engine: 'reference' | 'nginx';
  /** Ports of the applications of this lab, the student's to the sandbox's. */
  readonly applications: ReadonlyMap<number, number>;
  readonly ipv6: boolean;
}

/** A configuration made fit for the sandbox. */
export interface MappedConfiguration {
  /** Texts of the files that the server reads, by their place below /etc/nginx. */
  readonly texts: ReadonlyMap<string, string>;
  readonly addresses: AddressMap;
  /** Why nothing may be started, if so. */
  readonly refused: readonly StartupMessage[];
  /** The sandbox addresses on which the server will listen. */
  readonly doors: readonly (ListenAddress & { readonly host: string; readonly sandbox: number })[];
  /** Whether the main context says where the pid file lies. */
  readonly hasPid: boolean;
}

/** Replaces addresses and paths of the student's world by those of the sandbox, in place, so that lines stay true. */
export async function mapConfiguration(
  tree: IncludeTree,
  files: ReadonlyMap<string, TreeFile>,
  options: MapOptions,
): Promise<MappedConfiguration> {
  const addresses = new AddressMap(options.applications);
  addresses.port(80, 'listen');
  // The first walk finds out which ports are needed; the second writes them down.
  new Mapper(tree, files, options, addresses).run();
  await addresses.prepare();
  return new Mapper(tree, files, options, addresses).run();
}

interface Server {
  readonly ports: readonly number[];
}

class Mapper {
  readonly #tree: IncludeTree;
  readonly #files: ReadonlyMap<string, TreeFile>;
  readonly #options: MapOptions;
  readonly #addresses: AddressMap;
  readonly #edits = new Map<string, Edits>();
  readonly #refused: StartupMessage[] = [];
  readonly #doors: MappedConfiguration['doors'][number][] = [];
  readonly #upstreams = new Set<string>();
  readonly #variables = new Variables();
  readonly #openPorts = new Set<string>();
  #needsPortVariable = false;
  readonly #servers: Directive[] = [];

  constructor(tree: IncludeTree, files: ReadonlyMap<string, TreeFile>, options: MapOptions, addresses: AddressMap) {
    this.#tree = tree;
    this.#files = files;
    this.#options = options;
    this.#addresses = addresses;
  }

  run(): MappedConfiguration {
    const { directives, read, cut } = this.#tree;
    if (cut !== undefined) {
      const file = this.#files.get(cut)?.name ?? cut;
      this.#refused.push({ file, severity: 'refused', text: 'files are included too deeply or too often to be read' });
    }
    for (const directive of everyDirective(directives)) this.#note(directive);
    this.#walk(directives, undefined);
    const http = directives.find(({ name }) => name === 'http');
    if (http?.block !== undefined) this.#completeHttp(http, http.block);
    if (this.#needsPortVariable) this.#setPortVariable();
    const texts = new Map([...read].map((place) => [place, this.#editsOf(place).apply()]));
    const hasPid = directives.some(({ name }) => name === 'pid');
    return { texts, addresses: this.#addresses, refused: this.#refused, doors: this.#doors, hasPid };
  }

  /** What must be known before the rest can be judged: names of upstreams, values of variables, open ports. */
  #note(directive: Directive): void {
    const [first] = directive.words;
    if (first === undefined) return;
    this.#variables.note(directive);
    if (directive.name === 'upstream') this.#upstreams.add(first.text.toLowerCase());
    else if (directive.name === 'listen') {
      const address = readListen(first.text);
      if (address?.open) this.#openPorts.add(`${address.family} ${address.port}`);
    } else if (directive.name === 'server' && directive.block !== undefined) this.#openPorts.add('4 80');
  }

  #walk(directives: readonly Directive[], server: Server | undefined): void {
    for (const directive of directives) {
      const reason = forbidden(directive);
      if (reason !== undefined) {
        this.#refuse(directive, reason);
        continue;
      }
      if (climbs(directive))
        this.#refuse(directive, outsidePath(directive.words.find(({ text }) => text.includes('..'))!.text));
      const inside = directive.name === 'server' && directive.block !== undefined ? this.#server(directive) : server;
      this.#map(directive, inside);
      // What stands in `types` are no directives, but for what is brought in from elsewhere.
      const { block } = directive;
      if (block !== undefined)
        this.#walk(directive.name === 'types' ? block.filter(({ name }) => name === 'include') : block, inside);
    }
  }

  #map(directive: Directive, server: Server | undefined): void {
    const { name, words } = directive;
    const [first] = words;
    if (name === 'user' || name === 'daemon') {
      this.#editsOf(directive.file).blank(directive.start, directive.end);
      return;
    }
    if (name === 'listen') return;
    const pathAt = pathWord(directive);
    if (pathAt !== undefined && words[pathAt] !== undefined) this.#path(directive, words[pathAt]);
    else if (/^(proxy|uwsgi|fastcgi|scgi|grpc|memcached)_pass$/.test(name) && first !== undefined)
      this.#pass(directive, first);
    else if (name === 'server' && directive.block === undefined && first !== undefined) this.#pass(directive, first);
    else if (name === 'set' && words[1] !== undefined) this.#value(directive, words[1]);
    else if (name === 'proxy_redirect' && first !== undefined) this.#replaceAddresses(directive, first);
    else if (name === 'resolver') this.#resolver(directive);
    else if (name === 'map' || name === 'geo' || name === 'split_clients') {
      for (const entry of directive.block ?? []) {
        for (const word of entry.words) {
          if (/(^|\/)\.\.(\/|$)/.test(word.text)) this.#refuse(entry, outsidePath(word.text));
          else this.#value(entry, word);
        }
      }
    }
    this.#serverPort(directive, server);
  }

  /** `listen` directives of a server, and the one it gets when it has none: port 80, as it does for root. */
  #server(directive: Directive): Server {
    this.#servers.push(directive);
    const listens = (directive.block ?? []).filter(({ name, words }) => name === 'listen' && words.length > 0);
    if (listens.length === 0) {
      const port = this.#door({ family: 4, open: true, port: 80 });
      this.#editsOf(directive.file).insertInBlock(directive.start, ` listen 127.0.0.1:${port};`);
      return { ports: [80] };
    }
    return { ports: listens.flatMap((listen) => this.#listen(listen)) };
  }

  #listen(directive: Directive): readonly number[] {
    const word = directive.words[0]!;
    const address = readListen(word.text);
    if (address === undefined) {
      // A mistake in the word itself is the server's to explain.
      if (
        /^unix:|^\d+\.\d+\.\d+\.\d+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$|^[a-z][\w-]*(\.[\w-]+)+(:\d+)?$/i.test(word.text)
      ) {
        this.#refuse(
          directive,
          `"listen ${word.text}": a check listens on this machine's own addresses alone (80, *:80, [::]:80)`,
        );
      }
      return [];
    }
    const both = directive.words.find(({ text }) => text === 'ipv6only=off');
    const edits = this.#editsOf(directive.file);
    const family = address.family === 6 && (both !== undefined || !this.#options.ipv6) ? 4 : address.family;
    if (both !== undefined && family === 4) edits.blank(both.start, both.end);
    // Without IPv6 on this machine the listener gets a place of its own, where it does no harm.
    const alone = address.family === 6 && family === 4 && both === undefined;
    const port = this.#door({ ...address, family, open: address.open && !alone });
    if (this.#options.applications.has(address.port)) this.#taken(directive, word);
    edits.replace(word, `${family === 6 ? '[::1]' : '127.0.0.1'}:${port}`);
    return [address.port];
  }

  /** An application of the lab listens there already; nginx would find out after trying for 2.5 s. */
  #taken(directive: Directive, word: Word): void {
    const text = `bind() to ${word.text.replace(/^(\*:)?(?=\d+$)/, '0.0.0.0:')} failed (98: Address already in use): the application of this lab listens there`;
    this.#refused.push({ ...this.#placeOf(directive, directive.line), severity: 'emerg', text });
  }

  #door(address: ListenAddress): number {
    const shadowed = !address.open && this.#openPorts.has(`${address.family} ${address.port}`);
    const port = this.#addresses.port(address.port, shadowed ? 'inside' : 'listen');
    const host = address.family === 6 ? '::1' : '127.0.0.1';
    if (!this.#doors.some((door) => door.sandbox === port && door.host === host)) {
      this.#doors.push({ ...address, host, sandbox: port });
    }
    return port;
  }

  #path(directive: Directive, word: Word): void {
    const { name } = directive;
    const { text } = word;
    if (/^(off|on|stderr|none|builtin|memory:|data:)/.test(text) && !text.includes('/')) return;
    if (/^(syslog|engine|memory):/.test(text)) {
      if (!text.startsWith('memory:')) this.#refuse(directive, `"${text}" leads out of the sandbox; write to a file`);
      return;
    }
    if (text.includes('$') && !this.#variables.keepsBelow(text)) {
      this.#refuse(directive, `"${name} ${text}": a path must stay below its folder, whatever its variables hold`);
      return;
    }
    if (text.startsWith('$')) {
      const first = /^\$\{?(\w+)/.exec(text)?.[1] ?? '';
      const values = this.#variables.values(first) ?? [];
      const known =
        /^(document_root|realpath_root)$/.test(first) ||
        (values.length > 0 && values.every((value) => value.startsWith('/') && inWorld(value)));
      if (!known) this.#refuse(directive, `"${name} ${text}": the path must begin with a folder of the lab's world`);
      return;
    }
    if (name === 'include' && !readsAsWritten(text)) {
      this.#refuse(directive, `"include ${text}": only names with * and ? can be included in a check`);
      return;
    }
    const isConfig = /^(include|auth_basic_user_file|.*ssl_.*|.*_file)$/.test(name);
    const base = isConfig ? '/etc/nginx' : '/usr/share/nginx';
    const place = path.posix.resolve(base, text) + (/.\/$/.test(text) ? '/' : '');
    const allowed = name === 'include' ? place.startsWith('/etc/nginx/') : inWorld(place);
    if (!allowed) {
      if (name === 'include') this.#refuse(directive, `"include ${text}": only files below /etc/nginx can be included`);
      else this.#refuse(directive, outsidePath(text));
      return;
    }
    if (!isDevice(place)) this.#editsOf(directive.file).replace(word, quoteLike(word, this.#options.root + place));
  }

  /** An address to which requests go on. */
  #pass(directive: Directive, word: Word): void {
    const [, scheme = '', host = '', port, rest = ''] =
      /^(?:([a-z]+|\$scheme|\$\{scheme\}):\/\/)?(\[[^\]]*\]|[^/:?]*)(?::([^/?$]*))?(.*)$/is.exec(word.text) ?? [];
    if (host.toLowerCase() === 'unix') {
      this.#refuse(directive, outsideAddress(word.text));
      return;
    }
    const behind = pieces(rest)[0];
    const goesOn = behind === undefined || ('text' in behind ? /^[/?]/.test(behind.text) : isUri(behind.variable));
    if (host.includes('$') ? port !== undefined || !this.#knownTarget(host) : !goesOn) {
      this.#refuse(
        directive,
        `"${word.text}": where requests go must be known before they come: an address, an upstream, or one variable that is set to these`,
      );
      return;
    }
    if (host === '' || host.includes('$')) return;
    if (isLoopback(host)) {
      if (port === undefined) this.#withDefaultPort(directive, word, host, scheme.toLowerCase() === 'https' ? 443 : 80);
      else this.#replaceAddresses(directive, word);
      return;
    }
    const isGroup = directive.name !== 'server' && this.#upstreams.has(host.toLowerCase());
    if (isGroup) return;
    if (/^[\d.]+$/.test(host) || host.startsWith('[') || (host.includes('.') && !host.endsWith('.test'))) {
      this.#refuse(directive, outsideAddress(host));
      return;
    }
    // What nginx says when a name has no address, without asking the network for it.
    const text = `host not found in upstream "${word.text.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '')}"`;
    this.#refused.push({ ...this.#placeOf(directive, directive.terminatorLine), severity: 'emerg', text });
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
      return address === '' || (address !== undefined && (isLoopback(address) || this.#upstreams.has(address)));
    };
    return this.#variables.values(first.variable)?.every(isTarget) ?? false;
  }

  /** `http://localhost/` means port 80; in the sandbox the port must be said. */
  #withDefaultPort(directive: Directive, word: Word, host: string, port: number): void {
    const edits = this.#editsOf(directive.file);
    const at = edits.source(word).toLowerCase().indexOf(host.toLowerCase());
    const source = edits.source(word);
    const address = `127.0.0.1:${this.#addresses.port(port, 'connect')}`;
    edits.replace(word, source.slice(0, at) + address + source.slice(at + host.length));
  }

  /** A value that may turn up in an address or a path: whatever of the world it names is translated. */
  #value(directive: Directive, word: Word): void {
    if (word.text.startsWith('/') && inWorld(word.text) && !word.text.includes('..')) {
      this.#editsOf(directive.file).replace(word, quoteLike(word, this.#options.root + word.text));
      return;
    }
    const url = /^[a-z]+:\/\/([\w.-]+)/i.exec(word.text)?.[1];
    const address = /^(\d+\.\d+\.\d+\.\d+):\d+/.exec(word.text)?.[1] ?? url;
    const foreign =
      address !== undefined && !isLoopback(address) && address.includes('.') && !address.endsWith('.test');
    if (foreign && !this.#upstreams.has(address.toLowerCase())) {
      this.#refuse(directive, outsideAddress(address));
      return;
    }
    this.#replaceAddresses(directive, word);
  }

  #replaceAddresses(directive: Directive, word: Word): void {
    const edits = this.#editsOf(directive.file);
    const source = edits.source(word);
    const changed = source.replace(
      /(?<![\w.-])(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|\[::\]):(\d{1,5})(?!\d)/gi,
      (whole, port: string) =>
        Number(port) > 65_535 || Number(port) < 1
          ? whole
          : `127.0.0.1:${this.#addresses.port(Number(port), 'connect')}`,
    );
    if (changed !== source) edits.replace(word, changed);
  }

  #resolver(directive: Directive): void {
    const foreign = directive.words.find(({ text }) => !text.includes('=') && !/^(127\.|localhost|\[::1\])/.test(text));
    if (foreign !== undefined) this.#refuse(directive, outsideAddress(foreign.text));
  }

  /** `$server_port` says the student's port, in comparisons and in values. */
  #serverPort(directive: Directive, server: Server | undefined): void {
    if (
      directive.name === 'log_format' ||
      !directive.words.some(({ text }) => /\$(server_port\b|\{server_port\})/.test(text))
    )
      return;
    const edits = this.#editsOf(directive.file);
    if (directive.name === 'if' || directive.name === 'map') {
      const compared = directive.name === 'if' ? [directive] : (directive.block ?? []);
      for (const { words, name, start } of compared) {
        if (directive.name === 'map') this.#mapKey(directive, name, start);
        else for (const word of words) this.#comparedPorts(edits, word);
      }
      return;
    }
    const ports = [...new Set(server?.ports)];
    if (ports.length !== 1) this.#needsPortVariable = true;
    const value = ports.length === 1 ? String(ports[0]) : '$sandbox_server_port';
    for (const word of directive.words) {
      const source = edits.source(word);
      const changed = source.replace(/\$server_port\b|\$\{server_port\}/g, value);
      if (changed !== source) edits.replace(word, changed);
    }
  }

  #comparedPorts(edits: Edits, word: Word): void {
    const source = edits.source(word);
    if (source.includes('server_port')) return;
    const changed = source.replace(/\d{2,5}/g, (port) => String(this.#knownPort(Number(port)) ?? port));
    if (changed !== source) edits.replace(word, changed);
  }

  #mapKey(directive: Directive, key: string, start: number): void {
    const port = this.#knownPort(Number(key));
    if (port === undefined) return;
    this.#editsOf(directive.file).replace(
      { text: key, quoted: false, line: 0, start, end: start + key.length },
      String(port),
    );
  }

  /** The sandbox port of one of the student's, if their server listens on it. */
  #knownPort(port: number): number | undefined {
    return this.#doors.find((door) => door.port === port)?.sandbox;
  }

  /** What a real machine's package sets at build time, and a sandbox must say. */
  #completeHttp(http: Directive, block: readonly Directive[]): void {
    const { root, engine } = this.#options;
    const lacks = (name: string) => !block.some((directive) => directive.name === name);
    let text = lacks('access_log') ? ` access_log ${root}/var/log/nginx/access.log;` : '';
    if (engine === 'nginx') {
      for (const kind of ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) {
        if (lacks(`${kind}_temp_path`)) text += ` ${kind}_temp_path ${root}/var/cache/nginx/${kind}_temp;`;
      }
    }
    if (text !== '') this.#editsOf(http.file).insertInBlock(http.start, text);
  }

  /** A server on several ports: which of them a request came through is found out by the server itself. */
  #setPortVariable(): void {
    const open = new Map(this.#doors.map(({ port, sandbox }) => [port, sandbox]));
    const others = [...open].map(
      ([port, sandbox]) => ` if ($server_port = ${sandbox}) { set $sandbox_server_port ${port}; }`,
    );
    const text = ` set $sandbox_server_port 80;${others.join('')}`;
    for (const server of this.#servers) this.#editsOf(server.file).insertInBlock(server.start, text);
  }

  #editsOf(place: string): Edits {
    let edits = this.#edits.get(place);
    if (edits === undefined) {
      edits = new Edits(this.#files.get(place)?.text ?? '');
      this.#edits.set(place, edits);
    }
    return edits;
  }

  #refuse(directive: Directive, text: string): void {
    this.#refused.push({ ...this.#placeOf(directive, directive.line), severity: 'refused', text });
  }

  #placeOf(directive: Directive, line: number): { file: string; line: number } {
    return { file: this.#files.get(directive.file)?.name ?? directive.file, line };
  }
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|\[::\])$/i.test(host);
}

/** A path in the quotes its word had. A sandbox path has no character that would need any. */
function quoteLike(word: Word, text: string): string {
  return word.quoted || /[\s;{}"']/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

function* everyDirective(directives: readonly Directive[]): Iterable<Directive> {
  for (const directive of directives) {
    yield directive;
    if (directive.block !== undefined) yield* everyDirective(directive.block);
  }
}
