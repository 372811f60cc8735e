import { expectPoster, type Objective, type Response, type Trial } from '../../../grader/index.ts';
import { somePoster } from './site.ts';

/** Answers of every kind: of the application, of files, and the server's own errors. */
async function pages(trial: Trial): Promise<readonly Response[]> {
  const { client, random, world } = trial;
  const poster = world.has('files') ? `/poster/${await somePoster(trial)}` : await expectPoster(trial);
  const found = await client.burst([`/?${random.word()}`, '/discover?type=tv', poster]);
  for (const response of found) trial.expect.status(response, 200);
  const others = await client.burst([
    `/${random.word(10)}`,
    `/poster/${random.word(10)}.jpg`,
    '/.git/config',
    '/poster/../%00',
  ]);
  const refused = await client.request('/', { method: 'DELETE' });
  const strange = await client.get('/', { host: `${random.word(8)}.example` });
  return [...found, ...others, refused, strange].filter(({ status }) => status !== 0);
}

/** `nginx/1.22.1`, `Apache/2.4`, and the like. */
const version = /\b[a-z][\w.-]*\/\d+(\.\d+)*/i;

export const noVersion: Objective = {
  id: 'lab10.no-version',
  title: 'Neither the Server header nor an error page says which version of the web server this is.',
  kind: 'core',
  points: 10,
  why: 'Robots search the net for versions with a known hole. Yours need not be on their list.',
  hints: [
    'What does the header `Server` of your answers say, and the last line of an error page?',
    'Look for `server_tokens`. Outside of all servers it counts for each of them.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#server_tokens',
  async check(trial) {
    const { client, expect } = trial;
    const answers = [...(await pages(trial)), await client.get('/', { https: false })];
    for (const response of answers) {
      for (const name of ['server', 'x-powered-by', 'via']) {
        const value = (response.headers[name] ?? '').replace(/^\d\.\d /, '');
        expect(!version.test(value), `no version in the header ${name}`, value, [response]);
      }
      if (response.status < 400) continue;
      const shown = /<(?:center|address|hr|h1)[^>]*>\s*([a-z][\w.-]*\/\d[\w.]*)/i.exec(response.text)?.[1];
      expect(shown === undefined, 'no version on the error page', shown ?? '', [response]);
    }
  },
};

const referrerPolicies =
  /^(no-referrer|no-referrer-when-downgrade|same-origin|origin|strict-origin|origin-when-cross-origin|strict-origin-when-cross-origin)$/i;

/** The last policy that a browser knows counts (Referrer Policy, section 8.1); unsafe-url is none. */
function isPolicy(value: string): boolean {
  return referrerPolicies.test(value.split(',').at(-1)!.trim());
}

/** Whether no other site may show the page in a frame of its own. */
function refusesFrames({ headers }: Response): boolean {
  const ancestors = /(?:^|;|,)\s*frame-ancestors\s+([^;,]*)/i.exec(headers['content-security-policy'] ?? '')?.[1];
  if (ancestors !== undefined) return /^('none'|'self'|\s)+$/i.test(ancestors);
  const values = new Set((headers['x-frame-options'] ?? '').split(',').map((one) => one.trim().toUpperCase()));
  return values.size === 1 && (values.has('DENY') || values.has('SAMEORIGIN'));
}

export const headers: Objective = {
  id: 'lab10.headers',
  title:
    'Pages of catalog.test, files and errors included, carry X-Content-Type-Options, X-Frame-Options (or frame-ancestors) and Referrer-Policy.',
  kind: 'core',
  points: 20,
  why: 'Three lines that make a browser careful: no guessing of types, no page inside of another site’s frame, no addresses told to others.',
  hints: [
    'Do the application’s pages have them? And a missing poster? An answer with an error is a page as well.',
    'Look at `always` behind `add_header`, and at every block that has an `add_header` of its own: it inherits none.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header',
  async check(trial) {
    const { expect } = trial;
    for (const response of await pages(trial)) {
      const { request, status } = response;
      // Others' names and requests that can't be read are nobody's pages.
      if (!request.url.includes('://catalog.test') || status === 400) continue;
      const { headers: given } = response;
      const what = `${request.method} ${request.path} (status ${status})`;
      const options = given['x-content-type-options'] ?? '';
      const nosniff = options !== '' && options.split(',').every((one) => one.trim().toLowerCase() === 'nosniff');
      expect(nosniff, `X-Content-Type-Options: nosniff on ${what}`, options || 'none', [response]);
      expect(
        refusesFrames(response),
        `X-Frame-Options of DENY or SAMEORIGIN, or frame-ancestors, on ${what}`,
        given['content-security-policy'] ?? given['x-frame-options'] ?? 'neither',
        [response],
      );
      const policy = given['referrer-policy'] ?? '';
      expect(isPolicy(policy), `a Referrer-Policy that is one on ${what}`, policy || 'none', [response]);
    }
  },
};
