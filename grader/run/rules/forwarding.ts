import type { Case, Finding, Rule } from '../case.ts';
import { blame, directive, everywhere, httpBlocks, place, upstream, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

const anyForward = [
  '2.forwards',
  '2.paths-and-queries',
  '2.methods-and-bodies',
  '2.status-codes',
  '3.both-backends',
  '3.even-distribution',
  '4.app-still-there',
  '5.https-content',
  '5.arrives',
];

/** nginx says itself which address refused the connection; the line that names the address is to blame. */
const refusedAddress: Rule = {
  name: 'the address refuses connections',
  explains: [
    '2.forwards',
    '3.both-backends',
    '3.even-distribution',
    '4.app-still-there',
    '5.https-content',
    '5.arrives',
  ],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 502 || status === 504);
    const line = failure.errorLog.findLast((text) => /connect\(\) failed \(111|Connection refused/.test(text));
    const address = /upstream: "(?:https?:\/\/)?([^/"]+)/.exec(line ?? '')?.[1];
    if (taken === undefined || address === undefined) return undefined;
    const port = /:(\d+)$/.exec(address)?.[1];
    const culprit = namesPort(failure, port ?? '');
    if (culprit === undefined) return undefined;
    return {
      because: `nobody listens on ${address}: the error log says "connect() failed (111: Connection refused)"`,
      blame: blame(failure.configuration, culprit),
    };
  },
};

function namesPort(failure: Case, port: string) {
  if (port === '') return undefined;
  const ending = new RegExp(`:${port}(?:[/?$]|$)`);
  const all = [
    ...httpBlocks(failure.configuration)
      .filter(({ name }) => name === 'upstream')
      .flatMap(({ block }) => everywhere(block ?? [], 'server')),
    ...everywhere(failure.configuration.directives, 'proxy_pass'),
  ];
  return all.find((one) => ending.test(words(one)[0] ?? ''));
}

/** The location that took the request forwards nothing. */
const noProxyPass: Rule = {
  name: 'no proxy_pass where the request went',
  explains: [...anyForward, '2.backend-down', '2.client-identity', '2.forwarded-proto', '2.verbatim'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.server === undefined) return undefined;
    const holder = taken.location?.directive ?? taken.server.directive;
    if (taken.location === undefined) {
      return {
        because: `no location of this server takes ${taken.path}, so its own files answer`,
        blame: blame(failure.configuration, holder),
      };
    }
    if (['proxy_pass', 'try_files', 'error_page', 'rewrite', 'if'].some((name) => directive(holder, name)))
      return undefined;
    const canned = directive(holder, 'return');
    if (canned !== undefined) {
      // A redirect or an error is a decision about this path; only an answer of its own passes for the application.
      const status = Number(words(canned)[0]);
      if (status >= 300) return undefined;
      return {
        because: `\`${written(taken.location)}\` (${place(holder)}) took ${taken.path}, and \`return\` answers in the application's place`,
        blame: blame(failure.configuration, canned),
      };
    }
    return {
      because: `\`${written(taken.location)}\` took ${taken.path}, and it has no \`proxy_pass\``,
      blame: blame(failure.configuration, holder),
    };
  },
};

/** `proxy_pass` with a URI: the part the location matched is replaced, and the rest is the normalised path. */
const replacedPath: Rule = {
  name: 'a URI in proxy_pass changes the path',
  explains: ['2.paths-and-queries', '2.verbatim'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.location === undefined) return undefined;
    const pass = directive(taken.location.directive, 'proxy_pass');
    const target = words(pass)[0] ?? '';
    if (pass === undefined) return undefined;
    if (/\$(?:uri|document_uri)\b/.test(target) && !/\$(?:args|is_args|query_string)/.test(target)) {
      return {
        because: '`$uri` is the decoded path without the query: what the application gets is not what the client sent',
        blame: blame(failure.configuration, pass),
      };
    }
    if (target.includes('$')) return undefined;
    const uri = /^https?:\/\/[^/]+(\/.*)$/.exec(target)?.[1];
    if (uri === undefined || !['', '^~'].includes(taken.location.modifier)) return undefined;
    const matched = taken.location.pattern;
    if (matched !== uri) {
      return {
        because: `what follows the address in \`proxy_pass\` ("${uri}") takes the place of "${matched}", the part that the location matched`,
        blame: blame(failure.configuration, pass),
      };
    }
    if (failure.objective.id !== 'lab2.verbatim') return undefined;
    return {
      because: `because of the "${uri}" at its end, \`proxy_pass\` sends on the decoded and tidied path, not the one the client sent`,
      blame: blame(failure.configuration, pass),
    };
  },
};

/** Refused for its size before the application saw it. */
const bodyTooLarge: Rule = {
  name: 'client_max_body_size is too small',
  explains: ['2.methods-and-bodies', '12.headers-and-bodies'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 413);
    const limit = taken && inherited(taken.blocks, 'client_max_body_size');
    if (limit === undefined) return undefined;
    return {
      because: `the answer 413 comes from the web server: bodies over ${words(limit)[0]} are refused`,
      blame: blame(failure.configuration, limit),
    };
  },
};

/** The web server's own page in place of the application's. */
const ownErrorPages: Rule = {
  name: 'the application may not say errors itself',
  explains: ['2.status-codes', '12.answers'],
  find(failure) {
    const taken = takenBy(failure);
    const intercept =
      taken &&
      ['proxy', 'uwsgi', 'fastcgi']
        .map((kind) => inherited(taken.blocks, `${kind}_intercept_errors`))
        .find((one) => words(one)[0] === 'on');
    if (intercept === undefined) return undefined;
    return {
      because: `\`${intercept.name} on\` replaces the application's answer by the page that \`error_page\` names`,
      blame: blame(failure.configuration, intercept),
    };
  },
};

/** `error_page 502 =200 ...` turns an outage into a success. */
const outageLooksFine: Rule = {
  name: 'error_page changes the status of an outage',
  explains: ['2.backend-down', '12.backend-down'],
  find(failure): Finding | undefined {
    const taken = takenBy(failure, ({ status }) => status >= 200 && status < 400);
    const page = taken && inherited(taken.blocks, 'error_page');
    const changed = words(page).find((word) => /^=(?:2|3)\d\d$/.test(word));
    if (page === undefined || changed === undefined || !words(page).some((word) => /^50[24]$/.test(word)))
      return undefined;
    return {
      because: `\`${changed}\` makes the status of the error page ${changed.slice(1)}, so that an outage looks like a success`,
      blame: blame(failure.configuration, page),
    };
  },
};

/** A name in proxy_pass that isn't an upstream of this file. */
const unknownUpstream: Rule = {
  name: 'proxy_pass goes round the upstream',
  explains: ['3.both-backends'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 200);
    const pass = taken?.location && directive(taken.location.directive, 'proxy_pass');
    const name = /^https?:\/\/([^/$]+)/.exec(words(pass)[0] ?? '')?.[1];
    if (pass === undefined || name === undefined || upstream(failure.configuration, name) !== undefined)
      return undefined;
    if (!/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(name)) return undefined;
    return {
      because: `\`proxy_pass\` names one instance (${name}), not an \`upstream\` that holds both`,
      blame: blame(failure.configuration, pass),
    };
  },
};

export const forwardingRules: readonly Rule[] = [
  refusedAddress,
  replacedPath,
  bodyTooLarge,
  ownErrorPages,
  outageLooksFine,
  unknownUpstream,
  noProxyPass,
];
