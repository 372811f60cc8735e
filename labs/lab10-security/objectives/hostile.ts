import { type Objective, pause, type Trial } from '../../../grader/index.ts';
import { expectNotAsked, said } from './site.ts';

const core = 'https://nginx.org/en/docs/http/ngx_http_core_module.html';

export const headerLimits: Objective = {
  id: 'lab10.header-limits',
  title: 'A line of the request head of more than 4 KiB, and a head of more than 16 KiB, are refused.',
  kind: 'stretch',
  points: 5,
  needs: ['applications'],
  why: 'Each connection may claim as much memory as its largest head. What is enough for honest clients is little.',
  hints: [
    'How long a cookie does your server take?',
    'Look at `large_client_header_buffers`: how many buffers, and of which size. A line has to fit into one.',
  ],
  manual: `${core}#large_client_header_buffers`,
  async check(trial) {
    const { client, expect, random } = trial;
    const cookie = (length: number) => ({ Cookie: `x=${random.word(length)}` });
    expect.status(await client.get('/status', { headers: cookie(2_500) }), 200);
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`X-${i}`, random.word(2_500)]));
    const marks = [random.word(10), random.word(10), random.word(10)] as const;
    const answers = [
      await client.get(`/status?${marks[0]}`, { headers: cookie(6_000) }),
      await client.get(`/status?${marks[1]}${random.word(6_000)}`),
      await client.get(`/status?${marks[2]}`, { headers: many }),
    ];
    for (const [i, response] of answers.entries()) {
      const refused =
        response.status === 0 ? !/within/.test(response.failure ?? '') : [400, 413, 414, 431].includes(response.status);
      expect(refused, 'status 400, 414 or 431, or a closed connection', said(response), [response]);
      expectNotAsked(trial, marks[i]!, response);
    }
  },
};

/** ms that the text allows between two pieces of a request, and what a check allows on top of them. */
const allowed = 3_000;
const patience = 4_000;

/** How long a connection stays open on which this is sent, and then nothing; ms. */
async function staysOpen(trial: Trial, head: string): Promise<number> {
  const began = performance.now();
  await trial.client.raw(head, { timeLimit: allowed + patience });
  return performance.now() - began;
}

export const slowClients: Objective = {
  id: 'lab10.slow-clients',
  title: 'A client that sends nothing for 3 s in the middle of a request is cut off, one that is only slow is not.',
  kind: 'stretch',
  points: 10,
  alone: true,
  timeLimit: 30_000,
  why: 'A few thousand connections that send one byte a minute keep a server busy with waiting. It costs the attacker nothing.',
  hints: [
    'How long does your server wait for the rest of a request? Without a word about it: a minute.',
    'Look at `client_header_timeout` and `client_body_timeout`.',
  ],
  manual: `${core}#client_header_timeout`,
  async check(trial) {
    const { client, expect, random, signal } = trial;
    const host = 'Host: catalog.test\r\n';
    // One that takes a second between its requests is served.
    const connection = random.word(8);
    expect.status(await client.get('/status', { connection }), 200);
    const [head, body] = await Promise.all([
      staysOpen(trial, `GET /status HTTP/1.1\r\n${host}X-Slow: `),
      staysOpen(trial, `POST /updatePopularity HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n{`),
      pause(1_000, signal).then(async () => expect.status(await client.get('/status', { connection }), 200)),
    ]);
    for (const [what, took] of [
      ['head', head],
      ['body', body],
    ] as const) {
      expect(
        took < allowed + patience - 50,
        `a request whose ${what} stops half-way is ended after 3 s (within ${(allowed + patience) / 1000} s)`,
        `its connection was open for ${(took / 1000).toFixed(1)} s, and longer`,
      );
      expect(took > 500, `a client has a second to send its ${what}`, `it was cut off after ${Math.round(took)} ms`);
    }
  },
};

export const oneLength: Objective = {
  id: 'lab10.one-length',
  title: 'A request with both Content-Length and Transfer-Encoding is refused.',
  kind: 'stretch',
  points: 5,
  needs: ['applications'],
  why: 'Two servers that disagree where a request ends let somebody hide a second one inside of the first, past all rules.',
  hints: [
    'Two headers say how long the body is, and they contradict one another. Which of them does your server believe?',
    'nginx refuses such a request by itself, since 1.21.1. A program has to look at both headers.',
  ],
  manual: 'https://nginx.org/en/docs/http/request_processing.html',
  async check(trial) {
    const { client, expect, random } = trial;
    const fine = await client.request('/updatePopularity', { method: 'POST', body: '{}' });
    expect.status(fine, 400);
    const mark = random.word(10);
    const response = await client.request(`/status?${mark}`, {
      method: 'POST',
      headers: { 'Content-Length': '6', 'Transfer-Encoding': 'chunked' },
      body: `0\r\n\r\nGET /status?${mark}-hidden HTTP/1.1\r\nHost: catalog.test\r\n\r\n`,
    });
    const refused = response.status === 400 || response.status === 501 || response.status === 0;
    expect(refused, 'status 400, or a closed connection', said(response), [response]);
    expectNotAsked(trial, mark, response);
  },
};
