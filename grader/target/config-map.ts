import type { Directive } from '../../proxy/config/index.ts';
import type { StartupMessage } from '../result.ts';
import { AddressMap } from './address-map.ts';
import type { IncludeTree } from './include-tree.ts';
import { Destinations } from './mapping/destinations.ts';
import { type Door, Doors } from './mapping/doors.ts';
import { Draft, type MapOptions } from './mapping/draft.ts';
import { mapPath } from './mapping/paths.ts';
import { ServerPort } from './mapping/server-port.ts';
import { climbs, forbidden, outsidePath, pathWord } from './refusals.ts';
import type { TreeFile } from './submission.ts';

/** A configuration made fit for the sandbox. */
export interface MappedConfiguration {
  /** Texts of the files that the server reads, by their place below /etc/nginx. */
  readonly texts: ReadonlyMap<string, string>;
  readonly addresses: AddressMap;
  /** Why nothing may be started, if so. */
  readonly refused: readonly StartupMessage[];
  /** The sandbox addresses on which the server will listen. */
  readonly doors: readonly Door[];
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

/** One walk through a configuration: hands each directive to what knows how to map it. */
class Mapper {
  readonly #tree: IncludeTree;
  readonly #files: ReadonlyMap<string, TreeFile>;
  readonly #draft: Draft;
  readonly #doors: Doors;
  readonly #destinations: Destinations;
  readonly #serverPort: ServerPort;
  readonly #servers: Directive[] = [];

  constructor(tree: IncludeTree, files: ReadonlyMap<string, TreeFile>, options: MapOptions, addresses: AddressMap) {
    this.#tree = tree;
    this.#files = files;
    this.#draft = new Draft(files, options, addresses);
    this.#doors = new Doors(this.#draft);
    this.#destinations = new Destinations(this.#draft);
    this.#serverPort = new ServerPort(this.#draft, this.#doors);
  }

  run(): MappedConfiguration {
    const { directives, read, cut } = this.#tree;
    if (cut !== undefined) {
      const file = this.#files.get(cut)?.name ?? cut;
      this.#draft.refused.push({
        file,
        severity: 'refused',
        text: 'files are included too deeply or too often to be read',
      });
    }
    for (const directive of everyDirective(directives)) this.#note(directive);
    this.#walk(directives, []);
    const http = directives.find(({ name }) => name === 'http');
    if (http?.block !== undefined) this.#completeHttp(http, http.block);
    this.#serverPort.complete(this.#servers);
    const texts = new Map([...read].map((place) => [place, this.#draft.editsOf(place).apply()]));
    const hasPid = directives.some(({ name }) => name === 'pid');
    return { texts, addresses: this.#draft.addresses, refused: this.#draft.refused, doors: this.#doors.all, hasPid };
  }

  /** What must be known before the rest can be judged: names of upstreams, values of variables, open ports. */
  #note(directive: Directive): void {
    this.#doors.note(directive);
    const [first] = directive.words;
    if (first === undefined) return;
    this.#draft.variables.note(directive);
    if (directive.name === 'upstream') this.#draft.upstreams.add(first.text.toLowerCase());
  }

  #walk(directives: readonly Directive[], ports: readonly number[]): void {
    for (const directive of directives) {
      const reason = forbidden(directive);
      if (reason !== undefined) {
        this.#draft.refuse(directive, reason);
        continue;
      }
      if (climbs(directive))
        this.#draft.refuse(directive, outsidePath(directive.words.find(({ text }) => text.includes('..'))!.text));
      const inside = directive.name === 'server' && directive.block !== undefined ? this.#server(directive) : ports;
      this.#map(directive, inside);
      // What stands in `types` are no directives, but for what is brought in from elsewhere.
      const { block } = directive;
      if (block !== undefined)
        this.#walk(directive.name === 'types' ? block.filter(({ name }) => name === 'include') : block, inside);
    }
  }

  #map(directive: Directive, ports: readonly number[]): void {
    const { name, words } = directive;
    const [first] = words;
    if (name === 'user' || name === 'daemon') {
      this.#draft.editsOf(directive.file).blank(directive.start, directive.end);
      return;
    }
    if (name === 'listen') return;
    if (name === 'worker_processes' && first?.text === 'auto') {
      this.#draft.editsOf(directive.file).replace(first, String(this.#draft.options.cores));
      return;
    }
    if (name === 'accept_mutex' && first?.text === 'on') {
      // With it one worker takes all connections for as long as it has time for them, and works alone as far as one can see.
      this.#draft.editsOf(directive.file).replace(first, 'off');
      return;
    }
    const pathAt = pathWord(directive);
    if (pathAt !== undefined && words[pathAt] !== undefined) mapPath(this.#draft, directive, words[pathAt]);
    else if (/^(proxy|uwsgi|fastcgi|scgi|grpc|memcached)_pass$/.test(name) && first !== undefined)
      this.#destinations.pass(directive, first);
    else if (name === 'server' && directive.block === undefined && first !== undefined)
      this.#destinations.pass(directive, first);
    else if (name === 'set' && words[1] !== undefined) this.#destinations.value(directive, words[1]);
    else if (name === 'proxy_redirect' && first !== undefined) this.#destinations.replaceAddresses(directive, first);
    else if (name === 'resolver') this.#destinations.resolver(directive);
    else if (name === 'map' || name === 'geo' || name === 'split_clients') {
      for (const entry of directive.block ?? []) {
        for (const word of entry.words) {
          if (/(^|\/)\.\.(\/|$)/.test(word.text)) this.#draft.refuse(entry, outsidePath(word.text));
          else this.#destinations.value(entry, word);
        }
      }
    }
    this.#serverPort.map(directive, ports);
  }

  #server(directive: Directive): readonly number[] {
    this.#servers.push(directive);
    return this.#doors.server(directive);
  }

  /** What a real machine's package sets at build time, and a sandbox must say. */
  #completeHttp(http: Directive, block: readonly Directive[]): void {
    const { root, engine } = this.#draft.options;
    const lacks = (name: string) => !block.some((directive) => directive.name === name);
    let text = lacks('access_log') ? ` access_log ${root}/var/log/nginx/access.log;` : '';
    if (engine === 'nginx') {
      for (const kind of ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) {
        if (lacks(`${kind}_temp_path`)) text += ` ${kind}_temp_path ${root}/var/cache/nginx/${kind}_temp;`;
      }
    }
    if (text !== '') this.#draft.editsOf(http.file).insertInBlock(http.start, text);
  }
}

function* everyDirective(directives: readonly Directive[]): Iterable<Directive> {
  for (const directive of directives) {
    yield directive;
    if (directive.block !== undefined) yield* everyDirective(directive.block);
  }
}
