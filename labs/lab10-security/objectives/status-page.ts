import type { Objective, Response } from '../../../grader/index.ts';
import { said } from './site.ts';

const port = 8088;
const path = '/nginx_status';
const requests = 20;

/** All whole numbers of a page, in their order. */
function numbers({ text }: Response): readonly number[] {
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
}

/** The last number of each line, by what stands before it: pages for programs grow by lines. */
function byLine({ text }: Response): ReadonlyMap<string, number> {
  const lines = text.split('\n').flatMap((line) => /^(.*\S\s+)(\d+)\s*$/.exec(line) ?? []);
  return new Map(Array.from({ length: lines.length / 3 }, (_, i) => [lines[3 * i + 1]!, Number(lines[3 * i + 2])]));
}

/** Whether some number of a page is larger by `requests` or more than it was on the page before. */
function hasGrown(before: Response, after: Response): boolean {
  const [first, second] = [numbers(before), numbers(after)];
  if (first.length === second.length) return first.some((number, i) => second[i]! - number >= requests);
  const named = byLine(before);
  return [...byLine(after)].some(([name, number]) => number - (named.get(name) ?? number) >= requests);
}

export const statusPage: Objective = {
  id: 'lab10.status-page',
  title: 'On 127.0.0.1:8088, and nowhere else, /nginx_status says how many requests there have been.',
  kind: 'core',
  points: 20,
  needs: ['own-ports'],
  alone: true,
  why: 'Whoever looks after a server wants to see how it is. Nobody else needs to, and a port that isn’t there needs no password.',
  hints: [
    'Who can ask for the status page? From which addresses is its port reached?',
    'Look for a `server` of its own with `listen 127.0.0.1:8088` and `stub_status` in it. Without an address it listens on all of them.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_stub_status_module.html',
  async check(trial) {
    const { client, expect, random } = trial;
    const before = await client.get(path, { port, host: 'localhost' });
    expect.status(before, 200);
    const paths = Array.from({ length: requests }, () => `/status?${random.word(10)}`);
    for (const response of await client.burst(paths)) expect.status(response, 200);
    const after = await client.get(path, { port, host: 'localhost' });
    expect.status(after, 200);
    expect(
      hasGrown(before, after),
      `a number on the page that has grown by ${requests} or more after ${requests} requests`,
      after.text.replace(/\s+/g, ' ').slice(0, 120),
      [before, after],
    );
    const outside = await client.get(path, { port, host: 'localhost', outside: true });
    expect(
      outside.status === 0 && /refused/.test(outside.failure ?? ''),
      `from outside, nothing listens on port ${port}`,
      said(outside),
      [outside],
    );
    for (const host of ['catalog.test', 'localhost', 'backoffice.test']) {
      const response = await client.get(path, { host });
      const shown = response.status === 200 && numbers(response).length === numbers(after).length;
      expect(!shown, `no status page at ${host}`, 'the page', [response]);
    }
  },
};
