import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Rule } from '../case.ts';
import {
  blame,
  directive,
  directivesOf,
  everywhere,
  type ServerBlock,
  servers,
  upstream,
  words,
} from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { type Taken, takenBy } from '../request-facts.ts';

/** The directive of a server that names it, and the name by which it takes a host; undefined when it is the default one. */
function namedBy({ directive: server }: ServerBlock, host: string): { line: Directive; name: string } | undefined {
  const wanted = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  for (const line of directivesOf(server.block).filter(({ name }) => name === 'server_name')) {
    for (const name of words(line)) {
      if (name.toLowerCase() === wanted || /^[~*.]|\*$/.test(name)) return { line, name };
    }
  }
  return undefined;
}

/** Who takes what no name fits on a port, and why, in a few words. */
function defaultOn(taken: Taken): { why: string; line: Directive } | undefined {
  const marked = taken.server?.listens.find(({ port, isDefault }) => port === taken.port && isDefault)?.directive;
  if (marked !== undefined) return { why: 'it is the `default_server` of its port', line: marked };
  const first = taken.server?.directive;
  return first && { why: `it is the first on port ${taken.port}, and none is marked \`default_server\``, line: first };
}

const takesStrangers: Rule = {
  name: 'a site answers to names that are not its own',
  explains: ['6.unknown-host'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.server === undefined) return undefined;
    const host = taken.host === '' ? 'a request without Host' : taken.host;
    const answer =
      directive(taken.server.directive, 'return') ?? (taken.location && directive(taken.location.directive, 'return'));
    const named = namedBy(taken.server, taken.host);
    if (named !== undefined) {
      const pattern = named.name.startsWith('~') ? ': a pattern without ^ and $ fits in the middle of a name, too' : '';
      const because = `\`server_name ${named.name || '""'}\` takes ${host}${pattern}`;
      return { because, blame: blame(failure.configuration, named.line) };
    }
    if (answer !== undefined) {
      const because = `this answers every name that no server has, with ${words(answer)[0]}`;
      return { because, blame: blame(failure.configuration, answer) };
    }
    const found = defaultOn(taken);
    if (found === undefined) return undefined;
    const because = `no \`server_name\` fits ${host}, so this server takes it: ${found.why}`;
    return { because, blame: blame(failure.configuration, found.line) };
  },
};

const sites = ['6.catalog', '6.back-office', '6.posters', '6.spelling'];

const nobodysName: Rule = {
  name: 'no server has the name',
  explains: sites,
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.server === undefined || namedBy(taken.server, taken.host) !== undefined) return undefined;
    const name = taken.host.toLowerCase().replace(/:\d+$/, '');
    const elsewhere = servers(failure.configuration).find(({ names }) => names.includes(name));
    if (elsewhere !== undefined) {
      const because = `the server of ${name} does not listen on port ${taken.port}`;
      return { because, blame: blame(failure.configuration, elsewhere.directive) };
    }
    const found = defaultOn(taken);
    if (found === undefined) return undefined;
    const because = `no \`server_name\` on port ${taken.port} says ${name}, so this server took it: ${found.why}`;
    return { because, blame: blame(failure.configuration, found.line) };
  },
};

/** Which application listens on which port. */
const ports: Readonly<Record<string, string>> = {
  '8080': 'the catalog',
  '8081': 'the catalog',
  '8082': 'the catalog',
  '9090': 'the back office',
};

/** The ports that a `proxy_pass` leads to, through an `upstream` as well. */
function portsBehind({ configuration }: Case, target: string): readonly string[] {
  const [, name = ''] = /^https?:\/\/([^/]+)/.exec(target) ?? [];
  const block = upstream(configuration, name);
  const members = directivesOf(block?.block).filter((one) => one.name === 'server');
  const addresses = block === undefined ? [name] : members.map((one) => words(one)[0] ?? '');
  return addresses.flatMap((address) => /:(\d+)$/.exec(address)?.[1] ?? []);
}

const wrongApplication: Rule = {
  name: 'proxy_pass leads to the other application',
  explains: sites,
  find(failure) {
    const taken = takenBy(failure);
    const pass = taken?.location && directive(taken.location.directive, 'proxy_pass');
    const target = words(pass)[0] ?? '';
    if (taken === undefined || pass === undefined || target.includes('$')) return undefined;
    const name = taken.host.toLowerCase();
    const wanted = /catalog/.test(name) ? 'the catalog' : /backoffice/.test(name) ? 'the back office' : undefined;
    if (wanted === undefined) {
      const because = `\`${written(taken.location!)}\` sends what is asked for at ${name} to an application; there are only files`;
      return { because, blame: blame(failure.configuration, pass) };
    }
    const other = portsBehind(failure, target).find((port) => ports[port] !== wanted);
    if (other === undefined) return undefined;
    const where = wanted === 'the back office' ? '; the back office is on 127.0.0.1:9090' : `, and not ${wanted}`;
    const because = `on port ${other} ${ports[other] ?? 'nobody of this lab'} listens${where}`;
    return { because, blame: blame(failure.configuration, pass) };
  },
};

const applicationForPosters: Rule = {
  name: 'an application stands behind the posters',
  explains: ['6.posters'],
  find(failure) {
    const taken = takenBy(failure);
    const pass = taken?.server && everywhere(taken.server.directive.block ?? [], 'proxy_pass')[0];
    if (taken?.host !== 'posters.test' || pass === undefined) return undefined;
    const because = 'this server has an application for what it does not find itself';
    return { because, blame: blame(failure.configuration, pass) };
  },
};

const wrongFolder: Rule = {
  name: 'root leads to another folder',
  explains: ['6.posters', '6.catalog'],
  find(failure) {
    const taken = takenBy(failure, ({ status, request }) => status >= 400 && request.path.endsWith('.jpg'));
    if (taken === undefined) return undefined;
    const root = inherited(taken.blocks, 'root');
    const folder = words(root)[0] ?? '';
    const looked = folder + taken.path;
    const file = `/usr/share/nginx/poster/${taken.path.split('/').at(-1)}`;
    if (root === undefined || folder.includes('$') || looked === file) return undefined;
    const because = `\`root\` is put in front of the whole path, so the file is looked for at ${looked}`;
    return { because, blame: blame(failure.configuration, root) };
  },
};

const headerAsItCame: Rule = {
  name: 'the Host header is compared as it came',
  explains: ['6.spelling'],
  find(failure: Case) {
    const all = failure.configuration.directives;
    const line = [...everywhere(all, 'map'), ...everywhere(all, 'if')].find((one) =>
      words(one).some((word) => word.includes('$http_host')),
    );
    if (line === undefined) return undefined;
    const because = '`$http_host` is the header as it came, with its port; `$host` is the name alone';
    return { because, blame: blame(failure.configuration, line) };
  },
};

export const hostRules: readonly Rule[] = [
  takesStrangers,
  headerAsItCame,
  nobodysName,
  wrongApplication,
  wrongFolder,
  applicationForPosters,
];
