import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directive, directivesOf, everywhere, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

/** What is spoken on the ports of the lab's world that have a protocol of their own. */
const spoken: Readonly<Record<string, string>> = { 3031: 'uwsgi', 9000: 'FastCGI', 8080: 'HTTP' };
/** What a directive speaks. */
const speaks: Readonly<Record<string, string>> = { proxy_pass: 'HTTP', uwsgi_pass: 'uwsgi', fastcgi_pass: 'FastCGI' };

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

/** The pass by which the failed request went on, and the blocks around it, the innermost first. */
function passOf(
  failure: Case,
): { readonly pass: Directive; readonly blocks: readonly (Directive | undefined)[] } | undefined {
  const taken = takenBy(failure);
  if (taken?.location === undefined) return undefined;
  const found = Object.keys(speaks).map((name) => directive(taken.location?.directive, name));
  const pass = found.find((one) => one !== undefined);
  return pass === undefined ? undefined : { pass, blocks: taken.blocks };
}

const otherProtocol: Rule = {
  name: 'the program at this address speaks another protocol',
  explains: ['12.uwsgi', '12.fastcgi'],
  find(failure) {
    const { pass } = passOf(failure) ?? {};
    const port = /:(\d+)(?:\/|$)/.exec(words(pass)[0] ?? '')?.[1] ?? '';
    const [said, wanted] = [speaks[pass?.name ?? ''], spoken[port]];
    if (pass === undefined || wanted === undefined || said === wanted) return undefined;
    return finding(failure, pass, `\`${pass.name}\` speaks ${said}, and the program on port ${port} speaks ${wanted}`);
  },
};

const oldCatalog: Rule = {
  name: 'the catalog that speaks HTTP is asked',
  explains: ['12.uwsgi', '12.fastcgi'],
  find(failure) {
    const { pass } = passOf(failure) ?? {};
    if (pass?.name !== 'proxy_pass' || !/:8080\b/.test(words(pass)[0] ?? '')) return undefined;
    return finding(failure, pass, 'this asks the catalog of the labs before, which speaks HTTP on port 8080');
  },
};

const aboutTheRequest = ['12.targets', '12.headers-and-bodies', '12.client-address', '12.answers'];

const noParameters: Rule = {
  name: 'parameters are missing',
  explains: aboutTheRequest,
  find(failure) {
    const { pass, blocks = [] } = passOf(failure) ?? {};
    const name = pass?.name.replace('_pass', '_param');
    if (pass === undefined || name === 'proxy_param') return undefined;
    const holders = blocks.filter((block) => directive(block, name!) !== undefined);
    const named = (block: Directive | undefined) => directivesOf(block?.block).filter((one) => one.name === name);
    const counts = (block: Directive | undefined) => named(block).some((one) => words(one)[0] === 'REQUEST_METHOD');
    if (holders.some(counts)) {
      const own = named(holders.find((block) => named(block).length > 0 && !counts(block)))[0];
      if (own === undefined || inherited(blocks, name!) !== own) return undefined;
      return finding(
        failure,
        own,
        `because of this \`${name}\` the list of the block around it does not count here any more`,
      );
    }
    if (holders.length > 0) return undefined;
    return finding(
      failure,
      pass,
      `no \`${name}\` counts here: the application is told the headers, and nothing else of the request`,
    );
  },
};

const believed: Rule = {
  name: 'REMOTE_ADDR is what the client says',
  explains: ['12.client-address'],
  find(failure) {
    const all = ['uwsgi_param', 'fastcgi_param'].flatMap((name) => everywhere(failure.configuration.directives, name));
    const line = all.find((one) => words(one)[0] === 'REMOTE_ADDR' && /\$(http_|proxy_add)/.test(words(one)[1] ?? ''));
    if (line === undefined) return undefined;
    return finding(failure, line, `\`${words(line)[1]}\` is a header of the client, who can write any address there`);
  },
};

const noUpgrade: Rule = {
  name: 'the upgrade is not passed on',
  explains: ['12.live'],
  find(failure) {
    const { pass, blocks = [] } = passOf(failure) ?? {};
    if (pass === undefined) return undefined;
    if (pass.name !== 'proxy_pass')
      return finding(
        failure,
        pass,
        `${speaks[pass.name]} has no upgrade: /live has to go to the program that speaks HTTP`,
      );
    const version = inherited(blocks, 'proxy_http_version');
    if (words(version)[0] !== '1.1')
      return finding(failure, version ?? pass, 'the application is asked in HTTP/1.0, which has no `Upgrade`');
    const held = blocks.find((block) => directive(block, 'proxy_set_header') !== undefined);
    const set = directivesOf(held?.block).filter(({ name }) => name === 'proxy_set_header');
    const missing = ['upgrade', 'connection'].filter(
      (name) => !set.some((one) => words(one)[0]?.toLowerCase() === name),
    );
    if (missing.length === 0) return undefined;
    return finding(
      failure,
      pass,
      `the application hears nothing of the wish: no \`proxy_set_header\` for ${missing.join(' and ')}`,
    );
  },
};

/** What a program reads its request from, and what nginx's lists of parameters fill it with. */
const filledWith: Readonly<Record<string, string>> = {
  REQUEST_METHOD: '$request_method',
  REQUEST_URI: '$request_uri',
  QUERY_STRING: '$query_string',
  PATH_INFO: '$document_uri',
  CONTENT_TYPE: '$content_type',
  CONTENT_LENGTH: '$content_length',
};

/** Parameters that each objective is about, those of which the failure speaks first. */
const parametersOf: Readonly<Record<string, readonly string[]>> = {
  'lab12.targets': ['REQUEST_METHOD', 'REQUEST_URI', 'QUERY_STRING', 'PATH_INFO'],
  'lab12.headers-and-bodies': ['CONTENT_TYPE', 'CONTENT_LENGTH'],
};

const otherParameter: Rule = {
  name: 'one parameter is missing or holds something else',
  explains: ['12.targets', '12.headers-and-bodies'],
  find(failure) {
    const { pass, blocks = [] } = passOf(failure) ?? {};
    const directiveName = pass?.name.replace('_pass', '_param') ?? '';
    const told = `${failure.objective.expected} ${failure.objective.received}`.toUpperCase().replaceAll('-', '_');
    const list = parametersOf[failure.objective.id] ?? [];
    const block = blocks.find((one) => directive(one, directiveName) !== undefined);
    if (pass === undefined || block === undefined) return undefined;
    const lines = directivesOf(block.block).filter(({ name }) => name === directiveName);
    const wrong = list.flatMap((name) => {
      const line = lines.find((one) => words(one)[0] === name);
      const usual = filledWith[name]!;
      if (line === undefined) return [{ name, line: pass, because: `no \`${directiveName} ${name}\` counts here` }];
      const value = words(line)[1] ?? '';
      const same = value === usual || (name === 'PATH_INFO' && value === '$uri') || value === '$args';
      return same ? [] : [{ name, line, because: `\`${name}\` holds \`${value}\`, and not \`${usual}\`` }];
    });
    const found = wrong.find(({ name }) => told.includes(name)) ?? wrong[0];
    return found && finding(failure, found.line, found.because);
  },
};

const keptBack: Rule = {
  name: 'headers or bodies are kept back',
  explains: ['12.headers-and-bodies', '12.answers'],
  find(failure) {
    const { pass, blocks = [] } = passOf(failure) ?? {};
    const family = pass?.name.replace('_pass', '') ?? '';
    if (failure.objective.id.endsWith('answers')) {
      const lines = blocks.flatMap((one) =>
        directivesOf(one?.block).filter(({ name }) => name === `${family}_hide_header`),
      );
      const header = /header \W?([\w-]+)/.exec(failure.objective.expected ?? '')?.[1]?.toLowerCase();
      const hidden = lines.find((one) => words(one)[0]?.toLowerCase() === header);
      return hidden && finding(failure, hidden, `this keeps ${words(hidden)[0]} from the client`);
    }
    const off = ['headers', 'body']
      .map((part) => inherited(blocks, `${family}_pass_request_${part}`))
      .find((one) => words(one)[0] === 'off');
    return off && finding(failure, off, 'this keeps what the client sent from the application');
  },
};

const overTcp: Rule = {
  name: 'a port is asked, and not the socket',
  explains: ['12.unix-socket'],
  find(failure) {
    const { pass } = passOf(failure) ?? {};
    const [address = ''] = words(pass);
    if (pass === undefined || address.startsWith('unix:')) return undefined;
    return finding(failure, pass, `\`${address}\` is a port; a socket is written \`unix:\` and its path`);
  },
};

const nothingPassed: Rule = {
  name: 'what is asked for goes to no program',
  explains: ['12.uwsgi', '12.fastcgi'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.server === undefined || passOf(failure) !== undefined) return undefined;
    if (taken.location === undefined)
      return finding(failure, taken.server.directive, `no location of this server takes ${taken.path}`);
    const because = `\`${written(taken.location)}\` took ${taken.path}, and no program is asked there`;
    return finding(failure, taken.location.directive, because);
  },
};

export const appProtocolRules: readonly Rule[] = [
  otherProtocol,
  oldCatalog,
  noParameters,
  keptBack,
  otherParameter,
  believed,
  noUpgrade,
  overTcp,
  nothingPassed,
];
