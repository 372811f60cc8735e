import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directivesOf, everywhere, place, servers, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

const version: Rule = {
  name: 'server_tokens',
  explains: ['10.no-version'],
  find(failure) {
    const taken = takenBy(failure);
    const tokens = taken && inherited(taken.blocks, 'server_tokens');
    if (taken?.server === undefined) return undefined;
    if (tokens !== undefined && words(tokens)[0] === 'off') {
      if (!directivesOf(taken.server.directive.block).includes(tokens)) return undefined;
      // What can't be read isn't for any name, so the default server of the port answers.
      return finding(failure, tokens, 'this counts for one server, and the others of its port go on telling');
    }
    const because = tokens ? 'this shows the version' : 'no `server_tokens` counts for this server';
    return finding(failure, tokens ?? taken.server.directive, because);
  },
};

/** The header that the failure is about. */
const headerNames = ['X-Content-Type-Options', 'X-Frame-Options', 'Referrer-Policy'];

const pageHeaders: Rule = {
  name: 'add_header is missing, conditional, or not inherited',
  explains: ['10.headers'],
  find(failure) {
    const taken = takenBy(failure);
    const header = headerNames.find((name) => failure.objective.expected?.includes(name));
    if (taken?.server === undefined || header === undefined) return undefined;
    const levels = taken.blocks.map((one) => directivesOf(one?.block).filter(({ name }) => name === 'add_header'));
    const sets = (one: Directive) => words(one)[0]?.toLowerCase() === header.toLowerCase();
    const inForce = levels.find((level) => level.length > 0) ?? [];
    const set = inForce.find(sets);
    const outer = levels.flat().find(sets);
    if (set === undefined && outer !== undefined) {
      const because = `\`add_header\` of an outer level (${place(outer)}) isn't inherited: this level has its own`;
      return finding(failure, inForce[0]!, because);
    }
    if (set === undefined) return finding(failure, taken.server.directive, `no \`add_header\` sets ${header} here`);
    if (taken.response.status >= 400 && !words(set).includes('always')) {
      const because = `without \`always\` an answer with status ${taken.response.status} doesn't get the header`;
      return finding(failure, set, because);
    }
    return finding(failure, set, `\`${words(set)[1]}\` is no value that keeps anybody out`);
  },
};

const otherMethods: Rule = {
  name: 'the condition on methods says something else',
  explains: ['10.methods'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.server === undefined) return undefined;
    const { request, status } = taken.response;
    const lines = [taken.location?.directive, taken.server.directive].flatMap((one) =>
      directivesOf(one?.block).filter(
        (line) =>
          line.name === 'limit_except' || (line.name === 'if' && words(line).join(' ').includes('$request_method')),
      ),
    );
    const [line] = lines;
    if (line === undefined) return undefined;
    const isAllowed = ['GET', 'HEAD', 'POST'].includes(request.method);
    if (isAllowed && (status === 405 || status === 403))
      return finding(failure, line, `this refuses ${request.method}, too`);
    // The application has words of its own for methods that it doesn't know.
    const isThrough = failure.seen.length > 0 || (status !== 405 && status !== 403);
    if (isAllowed || !isThrough) return undefined;
    return finding(failure, line, `this lets ${request.method} through: name what is allowed, and refuse the rest`);
  },
};

const tookIt: Rule = {
  name: 'a location takes what should be refused',
  explains: ['10.dot-files', '10.methods', '10.body-limit'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.location === undefined) return undefined;
    const { id } = failure.objective;
    if (id.endsWith('body-limit')) {
      const limit = inherited(taken.blocks, 'client_max_body_size');
      return limit && finding(failure, limit, `\`client_max_body_size ${words(limit)[0]}\`: the lab asks for 1m`);
    }
    const { method } = taken.response.request;
    const what = id.endsWith('methods') ? `${method} ${taken.path}` : taken.path;
    const because =
      taken.location.modifier === '^~'
        ? `\`${written(taken.location)}\` took ${what}, and with \`^~\` no pattern is tried`
        : `\`${written(taken.location)}\` took ${what}`;
    return finding(failure, taken.location.directive, because);
  },
};

const statusPort: Rule = {
  name: 'the status page listens elsewhere',
  explains: ['10.status-page'],
  find(failure) {
    const listens = servers(failure.configuration)
      .flatMap((server) => server.listens)
      .filter(({ port }) => port === 8088)
      .flatMap(({ directive: line }) => line ?? []);
    const open = listens.find((line) => !/^(127\.|localhost|\[::1\])/.test(words(line)[0] ?? ''));
    const page = everywhere(failure.configuration.directives, 'stub_status')[0];
    if (open !== undefined)
      return finding(failure, open, 'without an address of its own it listens on all addresses of this machine');
    const last = failure.responses.at(-1);
    if (page !== undefined && last?.request.path === '/nginx_status' && !last.request.url.includes(':8088'))
      return finding(failure, page, 'the page is here as well');
    if (listens[0] === undefined) return { because: 'no server of this configuration listens on port 8088' };
    return page === undefined ? finding(failure, listens[0], 'no `stub_status` shows its numbers here') : undefined;
  },
};

const hostile: Readonly<Record<string, readonly string[]>> = {
  'lab10.header-limits': ['large_client_header_buffers'],
  'lab10.slow-clients': ['client_header_timeout', 'client_body_timeout'],
  'lab10.no-listing': ['autoindex'],
};

const defaults: Rule = {
  name: 'a limit is missing or too large',
  explains: ['10.header-limits', '10.slow-clients', '10.no-listing'],
  find(failure) {
    const names = hostile[failure.objective.id] ?? [];
    const told = failure.objective.expected ?? '';
    const name = names.find((one) => told.includes(one.includes('header_t') ? 'head' : 'body')) ?? names[0]!;
    const line = everywhere(failure.configuration.directives, name)[0];
    if (line !== undefined) return finding(failure, line, `\`${name} ${words(line).join(' ')}\` is what counts`);
    const server = servers(failure.configuration).find(({ names: called }) => called.includes('catalog.test'));
    return (
      server && finding(failure, server.directive, `no \`${name}\` counts for this server, so nginx's own value does`)
    );
  },
};

export const securityRules: readonly Rule[] = [version, pageHeaders, statusPort, otherMethods, tookIt, defaults];
