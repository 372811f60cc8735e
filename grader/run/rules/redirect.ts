import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Rule } from '../case.ts';
import { blame, directivesOf, everywhere, place, servers, words } from '../configuration-model.ts';
import { written } from '../location-choice.ts';
import { type Taken, takenBy } from '../request-facts.ts';

const redirects = ['5.redirect', '5.arrives', '5.verbatim', '5.no-plaintext'];

/** The `return` that answers a request: the location's own, or the server's, which comes first. */
function answeringReturn(taken: Taken | undefined): Directive | undefined {
  for (const block of [taken?.server?.directive, taken?.location?.directive]) {
    const found = directivesOf(block?.block).find(({ name }) => name === 'return');
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The request on port 80 that was redirected, and by which line, to what. */
function redirected(failure: Case): { taken: Taken; line: Directive; status: string; goal: string } | undefined {
  const taken = takenBy(
    failure,
    ({ request, status }) => !request.url.startsWith('https:') && status >= 300 && status < 400,
  );
  const line = answeringReturn(taken);
  if (taken === undefined || line === undefined) return undefined;
  const [status = '', goal] = words(line);
  return goal === undefined ? { taken, line, status: '302', goal: status } : { taken, line, status, goal };
}

const noServer: Rule = {
  name: 'nobody listens on port 80',
  explains: redirects,
  find(failure) {
    const all = servers(failure.configuration);
    const [first] = all;
    if (first === undefined || all.some(({ listens }) => listens.some(({ port }) => port === 80))) return undefined;
    return {
      because: 'no server of this configuration listens on port 80, so nobody is there to redirect',
      blame: blame(failure.configuration, first.directive),
    };
  },
};

const stillServes: Rule = {
  name: 'the server on port 80 does not redirect',
  explains: redirects,
  find(failure) {
    const taken = takenBy(
      failure,
      ({ request, status }) => !request.url.startsWith('https:') && (status < 300 || status >= 400) && status !== 0,
    );
    if (taken?.server === undefined) return undefined;
    // What `return` or `rewrite` in the server block does comes before any location.
    const first = directivesOf(taken.server.directive.block).some(({ name }) =>
      ['return', 'rewrite', 'if'].includes(name),
    );
    if (first || answeringReturn(taken) !== undefined) return undefined;
    const inLocation = everywhere(taken.server.directive.block ?? [], 'return').find((one) =>
      /^30[1278]$/.test(words(one)[0] ?? ''),
    );
    const name = taken.host === '' ? '' : ` for ${taken.host}`;
    if (inLocation !== undefined && taken.location !== undefined) {
      return {
        because: `the redirect (${place(inLocation)}) stands in one location only; \`${written(taken.location)}\` took ${taken.path} and answers in plain text`,
        blame: blame(failure.configuration, taken.location.directive),
      };
    }
    return {
      because: `the server that answers on port 80${name} has no redirect`,
      blame: blame(failure.configuration, taken.server.directive),
    };
  },
};

const wrongStatus: Rule = {
  name: 'the redirect is temporary',
  explains: ['5.redirect', '5.arrives'],
  find(failure) {
    const found = redirected(failure);
    if (found === undefined || !['302', '303', '307'].includes(found.status)) return undefined;
    if (found.taken.response.status !== Number(found.status)) return undefined;
    return {
      because: `\`return ${found.status}\` is a temporary redirect: browsers will ask over HTTP again`,
      blame: blame(failure.configuration, found.line),
    };
  },
};

const wrongHost: Rule = {
  name: 'the redirect leads to another name',
  explains: ['5.redirect', '5.arrives'],
  find(failure) {
    const found = redirected(failure);
    const host = /^https?:\/\/([^/]*?)(?=\/|\$request_uri|\$uri|$)/.exec(found?.goal ?? '')?.[1];
    if (found === undefined || host === undefined) return undefined;
    const [own = ''] = found.taken.server?.names ?? [];
    if (/^\$\{?server_name\}?$/.test(host)) {
      if (own.toLowerCase() === found.taken.host.toLowerCase()) return undefined;
      return {
        because: `\`$server_name\` is the first name of \`server_name\` ("${own}"), whatever name was asked for`,
        blame: blame(failure.configuration, found.line),
      };
    }
    if (host.includes('$') || host.toLowerCase() === found.taken.host.toLowerCase()) return undefined;
    return {
      because: `the redirect names the host "${host}", whatever host was asked for (here ${found.taken.host})`,
      blame: blame(failure.configuration, found.line),
    };
  },
};

const lostPath: Rule = {
  name: 'the redirect loses path or query',
  explains: ['5.redirect', '5.arrives', '5.verbatim'],
  find(failure) {
    const found = redirected(failure);
    if (found === undefined || found.goal.includes('$request_uri')) return undefined;
    const because = /\$\{?(?:document_)?uri\b/.test(found.goal)
      ? '`$uri` is the decoded path, without the query and not as the client sent it'
      : found.goal.includes('$')
        ? 'the redirect does not hold the path and query that were asked for'
        : 'the redirect leads to one fixed address, whatever path was asked for';
    if (!/\$\{?(?:document_)?uri\b/.test(found.goal) && /\$(?:\d|[a-z_]*path)/.test(found.goal)) return undefined;
    return { because, blame: blame(failure.configuration, found.line) };
  },
};

const circle: Rule = {
  name: 'HTTPS redirects to HTTPS',
  explains: ['5.https-content', '5.arrives', '5.http2'],
  find(failure) {
    const taken = takenBy(
      failure,
      ({ request, status }) => request.url.startsWith('https:') && status >= 300 && status < 400,
    );
    const line = answeringReturn(taken);
    if (taken === undefined || line === undefined) return undefined;
    return {
      because: 'this line redirects what has come over HTTPS already',
      blame: blame(failure.configuration, line),
    };
  },
};

export const redirectRules: readonly Rule[] = [noServer, circle, stillServes, wrongStatus, wrongHost, lostPath];
