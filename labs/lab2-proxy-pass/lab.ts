import { type Expect, expectCatalog, type Lab, type Response, type Seen } from '../../grader/index.ts';
import { backendDown } from './backend-down.ts';
import { clientIdentity, forwardedProto } from './identity.ts';
import { predictions } from './predictions.ts';

/** Paths that the application must see byte for byte; ordinary characters, spaces, UTF-8 and queries. */
function ordinaryTargets(word: string): readonly string[] {
  return [
    `/discover?type=tv&genre=18&mark=${word}`,
    `/discover?mark=${word}&type=movie`,
    `/${word}`,
    `/${word}/deeper/and/deeper/`,
    `/${word}/a%20film%20name?with=a%20query&sum=1+1`,
    `/${word}/caf%C3%A9?q=%C3%A9%20%C3%BC&x=1&x=2&empty=`,
    `/${word}.jpg`,
    `/static/${word}.css?v=3`,
    `/api/${word}/index.html`,
  ];
}

/** Whether this is the request with the mark; servers that lose the path or the query leave the header. */
function carries(seen: Seen, mark: string): boolean {
  return seen.target.includes(mark) || seen.headers['x-mark'] === mark;
}

/** The JSON of an answer; what is none fails the objective. */
function jsonOf(expect: Expect, response: Response): unknown {
  try {
    return response.json();
  } catch {
    expect(false, 'a body in JSON', `status ${response.status} with ${JSON.stringify(response.text.slice(0, 80))}`, [
      response,
    ]);
    return undefined;
  }
}

interface Film {
  readonly id: number | string;
  readonly popularity: number;
}

const lab: Lab = {
  number: 2,
  name: 'proxy-pass',
  title: 'In front of one application',
  applications: ['catalog'],
  predictions,
  objectives: [
    {
      id: 'lab2.forwards',
      title: 'GET / is answered by the catalog application, not by a file.',
      kind: 'core',
      points: 25,
      why: 'Users know one address, port 80 of your server. If it does not ask the application, they never see a film.',
      hints: [
        'Who answers GET / now: your server itself, or the application behind it?',
        'Look at `proxy_pass` in the location that serves /, and at the address it names: the catalog listens on port 8080.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass',
      async check(trial) {
        const { client, expect, random, world } = trial;
        if (!world.has('applications')) return expectCatalog(trial);
        const catalog = world.application('catalog');
        const mark = random.word();
        const response = await client.get(`/?${mark}`, { headers: { 'X-Mark': mark } });
        expect.status(response, 200);
        expect(
          response.text.includes(catalog.token),
          `what the application said this time ("${catalog.token}")`,
          response.text.slice(0, 120),
          [response],
        );
        const asked = catalog.seen.filter((seen) => carries(seen, mark)).length;
        expect(asked >= 1, 'the application gets the request', 'the application never saw it', [response]);
        // What it says may change from one moment to the next. Whether the query arrives is another objective's question.
        const path = `/?news=${mark}`;
        for (const news of [random.word(12), random.word(12)]) {
          catalog.answer('/', { status: 200, headers: { 'Content-Type': 'text/plain' }, body: news });
          const told = await client.get(path);
          expect.body(told, news);
        }
        catalog.answer('/', undefined);
      },
    },
    {
      id: 'lab2.paths-and-queries',
      title: 'Paths and query strings reach the application as they were sent.',
      kind: 'core',
      points: 20,
      dependsOn: ['lab2.forwards'],
      needs: ['applications'],
      why: 'A path that changes on its way is another page: the application answers 404, or the wrong film.',
      hints: [
        'Compare what you asked for with what the application says it got. What is missing, or too much?',
        'Look at the end of the address in `proxy_pass`: a path there, be it a single slash, takes the place of what the location matched. Look at `location`, too: does every path have one?',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass',
      async check({ client, expect, random, world }) {
        const catalog = world.application('catalog');
        const word = random.word();
        for (const target of ordinaryTargets(word)) {
          const before = catalog.seen.length;
          const response = await client.get(target, { headers: { 'X-Mark': word } });
          const mine = catalog.seen.slice(before).filter((seen) => carries(seen, word));
          const exact = mine.find((seen) => seen.target === target && seen.method === 'GET');
          const arrived = mine.at(-1) ?? catalog.seen.at(-1);
          expect(
            exact !== undefined,
            `the application is asked for ${target}`,
            mine.length > 0
              ? `it was asked for ${mine.at(-1)!.target}`
              : `it never saw it; the answer was ${response.status}`,
            mine.length > 0 && arrived !== undefined ? [response, arrived] : [response],
          );
        }
      },
    },
    {
      id: 'lab2.methods-and-bodies',
      title: 'POST /updatePopularity works with a JSON body, a large one (512 KiB) included.',
      kind: 'core',
      points: 20,
      dependsOn: ['lab2.forwards'],
      why: 'Reading works without a body; everything users change, from a vote to an upload, travels in one.',
      hints: [
        'Does the body arrive whole, and does the method arrive as it was sent?',
        'Look at `client_max_body_size`, at `limit_except` or `if ($request_method ...)`, and at `proxy_method` or `proxy_pass_request_body`.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size',
      async check({ client, expect, random, world }) {
        const films = await client.get('/discover?type=movie');
        expect.status(films, 200);
        const list = jsonOf(expect, films);
        const film = Array.isArray(list) ? (list[0] as Film | undefined) : undefined;
        expect(film !== undefined, 'a film in the answer of /discover', films.text.slice(0, 80), [films]);
        const marks: string[] = [];
        for (const padding of ['', 'x'.repeat(512 * 1024)]) {
          const word = random.word();
          marks.push(word);
          const popularity = world.has('applications') ? 100 + random.integer(1_000_000) : film!.popularity;
          const body = JSON.stringify({ movieId: String(film!.id), popularity, word: `${word} é ☃`, padding });
          const response = await client.request(`/updatePopularity?${word}`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'X-Mark': word },
            body,
          });
          expect.status(response, 200);
          const said = jsonOf(expect, response) as { readonly new_popularity?: unknown };
          expect(said.new_popularity === popularity, `"new_popularity": ${popularity}`, response.text.slice(0, 120), [
            response,
          ]);
          if (!world.has('applications')) continue;
          const seen = world.application('catalog').seen.find((one) => carries(one, word));
          expect(seen?.method === 'POST', 'the application gets a POST', seen?.method ?? 'nothing', [response]);
          expect(
            seen !== undefined && Buffer.from(seen.body).equals(Buffer.from(body)),
            `the application gets the ${Buffer.byteLength(body)} bytes of the body`,
            `${seen?.body.length ?? 0} bytes`,
            [response],
          );
        }
        if (!world.has('applications')) return;
        const first = world.application('catalog').seen.filter((one) => carries(one, marks[0]!));
        expect(
          first.length === 1,
          'each POST reaches the application once',
          `the first came ${first.length} times`,
          first,
        );
      },
    },
    {
      id: 'lab2.status-codes',
      title: "The application's 400 and 404 come through with their own bodies.",
      kind: 'core',
      points: 15,
      dependsOn: ['lab2.forwards'],
      why: 'An error that says what was wrong can be mended by the caller; an error page of the proxy says nothing.',
      hints: [
        'Whose words are in the body of the error: the application’s, or your server’s?',
        'Look at `proxy_intercept_errors` and `error_page`.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_intercept_errors',
      async check({ client, expect, random, world }) {
        const bad = await client.request('/updatePopularity', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ movieId: `no-such-${random.word()}`, popularity: 1 }),
        });
        expect.status(bad, 400);
        expect.body(bad, /"error"/);
        expect.status(await client.get(`/no-such-${random.word()}`), 404);
        if (!world.has('applications')) return;
        const catalog = world.application('catalog');
        for (const status of [400, 404]) {
          const path = `/own-words-${random.word()}`;
          const body = `the application's own ${status}: ${random.word(20)}\n`;
          catalog.answer(path, { status, headers: { 'Content-Type': 'text/plain' }, body });
          try {
            const response = await client.get(path);
            expect.status(response, status);
            expect.body(response, body);
          } finally {
            catalog.answer(path, undefined);
          }
        }
      },
    },
    backendDown,
    clientIdentity,
    forwardedProto,
    {
      id: 'lab2.verbatim',
      title: 'Even %2F, %3F, %41 and doubled slashes reach the application byte for byte.',
      kind: 'stretch',
      points: 5,
      dependsOn: ['lab2.forwards'],
      needs: ['applications'],
      why: 'To an application a/b and a%2Fb may be two different names. A proxy that tidies up decides for it.',
      hints: [
        'Your server reads the path to choose a location. Which form of the path does it then send on?',
        'Look at `proxy_pass`: with a path behind the host (a single slash, `$uri`) the tidied form is sent, without one the original.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass',
      async check({ client, expect, random, world }) {
        const catalog = world.application('catalog');
        for (const shape of ['a%2Fb', 'a%2fb', 'a%3Fb?x=1', '%41bc', '/doubled//slashes', 'query?q=%41%2F']) {
          const word = random.word();
          const target = `/${word}/${shape}`;
          const response = await client.get(target);
          const seen = catalog.seen.find((one) => one.target.includes(word));
          expect(
            seen?.target === target,
            `the application is asked for ${target}`,
            seen ? `it was asked for ${seen.target}` : `it never saw it; the answer was ${response.status}`,
            seen ? [response, seen] : [response],
          );
        }
      },
    },
  ],
};

export default lab;
