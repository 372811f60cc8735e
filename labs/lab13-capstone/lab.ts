import type { Lab } from '../../grader/index.ts';
import { bothBackends, evenDistribution } from '../lab3-upstream/objectives/distribution.ts';
import { keepalive } from '../lab3-upstream/objectives/keepalive.ts';
import { keepsWorking } from '../lab3-upstream/objectives/outage.ts';
import lab4 from '../lab4-static-posters/lab.ts';
import { noEscape } from '../lab4-static-posters/no-escape.ts';
import { noPlaintext, redirect } from '../lab5-https-redirect/redirect.ts';
import { hsts, http2, tls } from '../lab5-https-redirect/tls.ts';
import { backOffice, catalog } from '../lab6-virtual-hosts/objectives/sites.ts';
import { unknownHost } from '../lab6-virtual-hosts/objectives/unknown-host.ts';
import { burst, limited } from '../lab7-rate-limit/objectives/burst.ts';
import { onlyDiscover, perClient } from '../lab7-rate-limit/objectives/clients.ts';
import { expires, statusHeader } from '../lab8-cache/objectives/age.ts';
import { errors, hit, query } from '../lab8-cache/objectives/kept.ts';
import { privateAnswers } from '../lab8-cache/objectives/private.ts';
import { oneRequest } from '../lab8-cache/objectives/trouble.ts';
import { admits, asks, refuses } from '../lab9-authentication/objectives/credentials.ts';
import { noWayRound } from '../lab9-authentication/objectives/no-way-round.ts';
import { staysSecret } from '../lab9-authentication/objectives/stays-secret.ts';
import { bodyLimit } from '../lab10-security/objectives/body-limit.ts';
import { dotFiles } from '../lab10-security/objectives/files.ts';
import { methods } from '../lab10-security/objectives/methods.ts';
import { headers, noVersion } from '../lab10-security/objectives/pages.ts';
import { statusPage } from '../lab10-security/objectives/status-page.ts';
import { broken, reload } from '../lab11-scale/objectives/reload.ts';
import { accessLog } from './objectives/access-log.ts';
import { repeated } from './objectives/repeated.ts';
import { underLoad } from './objectives/under-load.ts';
import { predictions } from './predictions.ts';

/** What lab 4 says of a poster, by its id. */
function ofLab4(id: string) {
  return lab4.objectives.find((objective) => objective.id === id)!;
}

/** Visitors of a cache come from addresses of their own here: from one address they would be too many for the limit. */
const visitors = { after: 'catalog', needs: ['client-addresses'] } as const;

const lab: Lab = {
  number: 13,
  name: 'capstone',
  title: 'A site that can be left alone',
  applications: ['catalog-1', 'catalog-2', 'back-office'],
  tls: true,
  users: true,
  reloads: true,
  door: 'site',
  predictions,
  objectives: [
    ...repeated([
      [tls, { slug: 'tls', points: 2, plain: true }],
      [redirect, { slug: 'redirect', points: 2, plain: true }],
      [noPlaintext, { slug: 'no-plaintext', points: 2, plain: true }],

      [catalog, { slug: 'catalog', points: 2 }],
      [backOffice, { slug: 'back-office', points: 1 }],
      [unknownHost, { slug: 'unknown-host', points: 2 }],

      [bothBackends, { slug: 'both-backends', points: 2, after: 'catalog' }],
      [evenDistribution, { slug: 'even-distribution', points: 2 }],
      [keepsWorking, { slug: 'keeps-working', points: 4, outage: true }],

      // Its entries grow old until `cache-expires`, while other things are looked at.
      [hit, { slug: 'cache-hit', points: 4, ...visitors }],
      [query, { slug: 'cache-query', points: 4, ...visitors }],
      [errors, { slug: 'cache-errors', points: 3, ...visitors }],

      [ofLab4('lab4.posters'), { slug: 'posters', points: 2, after: 'catalog' }],
      [ofLab4('lab4.not-the-app'), { slug: 'not-the-app', points: 2, after: 'catalog' }],
      [noEscape, { slug: 'no-escape', points: 2 }],

      [limited, { slug: 'limited', points: 6, after: 'catalog' }],
      [burst, { slug: 'burst', points: 4 }],
      [perClient, { slug: 'per-client', points: 4 }],
      [onlyDiscover, { slug: 'only-discover', points: 3 }],

      [asks, { slug: 'asks', points: 3, after: 'back-office' }],
      [admits, { slug: 'admits', points: 2 }],
      [refuses, { slug: 'refuses', points: 2 }],
      [noWayRound, { slug: 'no-way-round', points: 4 }],
      [staysSecret, { slug: 'stays-secret', points: 2 }],

      [noVersion, { slug: 'no-version', points: 2, after: 'catalog' }],
      [headers, { slug: 'headers', points: 5, after: 'catalog' }],
      [dotFiles, { slug: 'dot-files', points: 3, after: 'catalog' }],
      [methods, { slug: 'methods', points: 3, after: 'catalog' }],
      [bodyLimit, { slug: 'body-limit', points: 2, after: 'catalog' }],

      [expires, { slug: 'cache-expires', points: 4, ...visitors }],
    ]),
    accessLog,
    underLoad,
    ...repeated([
      [reload, { slug: 'reload', points: 4, after: 'catalog' }],
      [broken, { slug: 'broken', points: 2 }],

      [hsts, { slug: 'hsts', points: 5, plain: true, kind: 'stretch', after: 'tls' }],
      [http2, { slug: 'http2', points: 5, kind: 'stretch', after: 'tls' }],
      [keepalive, { slug: 'keepalive', points: 5, kind: 'stretch', after: 'both-backends' }],
      [statusHeader, { slug: 'cache-status', points: 5, kind: 'stretch', after: 'cache-expires' }],
      [oneRequest, { slug: 'one-request', points: 5, kind: 'stretch', ...visitors, after: 'cache-hit' }],
      [privateAnswers, { slug: 'private', points: 5, kind: 'stretch', ...visitors, after: 'cache-hit' }],
      [statusPage, { slug: 'status-page', points: 5, kind: 'stretch', after: 'catalog' }],
    ]),
  ],
};

export default lab;
