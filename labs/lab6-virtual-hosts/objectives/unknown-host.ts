import type { Objective, RequestOptions, Response, Trial } from '../../../grader/index.ts';
import { arrivals, said, somePoster } from './who.ts';

/** What a server may say to somebody who asks for a site that it doesn't have. */
const refusals = [400, 404, 421];

/** Names that no site has, some of which look like one; `null` is a request without a Host (HTTP/1.0). */
function strangers(word: string): readonly (string | null)[] {
  return [
    `${word}.example`,
    `catalog.test.${word}.test`,
    `${word}catalog.test`,
    `${word}-backoffice.test`,
    'catalogxtest',
    'backoffice',
    'localhost',
    '127.0.0.1',
    '',
    null,
  ];
}

export const unknownHost: Objective = {
  id: 'lab6.unknown-host',
  title:
    'A Host that is none of these, or none at all, gets 400, 404, 421 or a closed connection, never an application.',
  kind: 'core',
  points: 25,
  dependsOn: ['lab6.catalog'],
  why: 'Anybody can let a name of his own point at your address. What answers to every name can be had under every name: by robots, and by pages that pretend to be yours.',
  hints: [
    'Who answers when no `server_name` fits? There is always somebody.',
    'Look for `default_server` behind `listen`: without it the first server of that port takes all that is left. And look at what `server_name` says beside the names.',
  ],
  manual: 'https://nginx.org/en/docs/http/request_processing.html',
  async check(trial) {
    const { client, random, world } = trial;
    const poster = world.has('files') ? await somePoster(trial) : `${random.word()}.jpg`;
    // That the name alone makes the difference: with a right one something is there.
    const known = await client.get('/');
    trial.expect.status(known, 200);
    for (const host of strangers(random.word(8))) {
      const mark = random.word(10);
      const paths = [`/?${mark}`, `/discover?type=tv&${mark}`, `/report?${mark}`, `/${poster}`, `/poster/${poster}`];
      await expectRefusals(trial, paths, { host }, mark, known);
    }
    if (!known.request.url.startsWith('https:')) return;
    // What counts is what is asked for, whatever name the handshake was for.
    const named = random.word(10);
    const misled = { host: `${random.word(8)}.example`, servername: 'catalog.test' };
    await expectRefusals(trial, [`/?${named}`, `/poster/${poster}`], misled, named, known);
    // Over plain HTTP a site with HTTPS may send everybody on, whatever the name.
    for (const host of [`${random.word(8)}.example`, null]) {
      const mark = random.word(10);
      await expectRefusals(trial, [`/?${mark}`, `/poster/${poster}`], { host, https: false }, mark, known);
    }
  },
};

async function expectRefusals(
  trial: Trial,
  paths: readonly string[],
  options: RequestOptions,
  mark: string,
  known: Response,
) {
  const { client, expect, world } = trial;
  const responses = await client.burst(paths, options);
  const host = options.host === null ? 'no Host' : `Host: ${options.host}`;
  for (const response of responses) {
    const elsewhere = options.https === false && response.status >= 301 && response.status <= 308;
    expect(
      isRefusal(response) || elsewhere,
      `${refusals.join(', ')} or a closed connection for ${host}`,
      said(response),
      [response],
    );
    const shown = response.text !== '' && response.text === known.text;
    expect(!shown, `nothing of a site for ${host}`, 'the page of catalog.test', [response]);
  }
  if (!world.has('applications')) return;
  const [seen] = arrivals(trial, mark);
  expect(
    seen === undefined,
    `no application is asked for ${host}`,
    `${seen?.application} was asked for ${seen?.target}`,
    seen === undefined ? [] : [responses[0]!, seen],
  );
}

/** Refused, or closed without an answer; a server that keeps its client waiting does neither. */
function isRefusal({ status, failure = '' }: Response): boolean {
  return status === 0 ? !/within/.test(failure) : refusals.includes(status);
}
