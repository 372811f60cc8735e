import { eventually, type Held, type Objective, type Trial } from '../../../grader/index.ts';
import { anotherClient } from './budget.ts';

/** Downloads that one client may have at a time. */
const most = 2;
/** Bytes that no socket's buffers hold, so that a download of which nothing is read goes on. */
const large = 24 * 1024 * 1024;
/** Bytes a second of one download, and the size of the file that is measured. */
const speed = 200 * 1024;
const measured = 1.5 * speed;

/** Puts a file of this size among the posters for the time of a check. */
async function withFile(
  trial: Trial,
  size: number,
  use: (name: string, content: Uint8Array) => Promise<void>,
): Promise<void> {
  const { random, world } = trial;
  const name = `${random.word(10)}.jpg`;
  const content = size > 1_000_000 ? Buffer.alloc(size, random.bytes(64)) : random.bytes(size);
  await world.writeFile('poster', name, content);
  try {
    await use(name, content);
  } finally {
    await world.removeFile('poster', name);
  }
}

export const downloadsAtOnce: Objective = {
  id: 'lab7.downloads-at-once',
  title:
    'Under /download/ the posters can be had two at a time by each client; a third is refused with 429 until one has ended.',
  kind: 'stretch',
  points: 10,
  needs: ['files'],
  alone: true,
  timeLimit: 30_000,
  why: 'A few clients with a hundred downloads each keep every connection busy, without asking often at all.',
  hints: [
    'Requests that take long are not many a second. What else can be counted about them?',
    'Look for `limit_conn_zone`, `limit_conn` and `limit_conn_status`, and for an `alias` in the location of the downloads.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html',
  async check(trial) {
    const { client, expect, signal, world } = trial;
    const address = anotherClient(trial);
    await withFile(trial, large, async (name) => {
      const held: Held[] = [];
      const begin = async (from = address) => {
        const one = await client.hold(`/download/${name}`, from);
        held.push(one);
        return one;
      };
      try {
        for (let i = 0; i < most; i++) expect.status((await begin()).response, 200);
        expect.status((await begin()).response, 429);
        if (world.has('client-addresses')) expect.status((await begin(anotherClient(trial))).response, 200);
        held[0]!.close();
        const next = await eventually(begin, ({ response }) => response.status === 200, 8_000, signal);
        expect(
          next.response.status === 200,
          'another download is admitted when one has ended',
          `status ${next.response.status}`,
          [next.response],
        );
      } finally {
        for (const one of held) one.close();
      }
    });
  },
};

export const downloadSpeed: Objective = {
  id: 'lab7.download-speed',
  title: 'A download under /download/ gets 200 KB a second; posters on the page are not slowed.',
  kind: 'stretch',
  points: 5,
  needs: ['files'],
  alone: true,
  timeLimit: 30_000,
  why: 'One fast download fills the line, and the pages of all others wait behind it.',
  hints: [
    'How long should 300 KB take? And how long do they take?',
    'Look at `limit_rate`: a number with `k` behind it, in the location of the downloads.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#limit_rate',
  async check(trial) {
    const { client, expect } = trial;
    const address = anotherClient(trial);
    await withFile(trial, measured, async (name, content) => {
      const options = { ...address, timeLimit: 20_000 };
      const quick = async () => {
        const answer = await client.get(`/poster/${name}`, options);
        expect.status(answer, 200);
        return (answer.answeredAt - answer.sentAt) / 1_000;
      };
      const began = Promise.all([client.get(`/download/${name}`, options), quick()]);
      const [slow, beside] = await began;
      expect.status(slow, 200);
      expect.body(slow, content);
      // What takes no time at all elsewhere takes so long here: the server, and not the machine, is slow.
      const seconds = (slow.answeredAt - slow.sentAt) / 1_000;
      // nginx sends what may be sent in the first second at once.
      const least = (measured / speed - 1) * 0.85;
      // A poster that takes as long may have had bad luck; one that is slowed has it each time.
      const elsewhere = beside < least ? beside : Math.min(beside, await quick(), await quick());
      const longest = (measured / speed) * 2 + 1 + 20 * elsewhere;
      expect(
        seconds >= least,
        `${measured / 1024} KB take ${measured / speed} s, or ${measured / speed - 1} s when the first second's share comes at once`,
        `they took ${seconds.toFixed(2)} s`,
        [slow],
      );
      expect(
        seconds <= longest,
        `${measured / 1024} KB take no more than ${longest.toFixed(1)} s`,
        `they took ${seconds.toFixed(1)} s`,
        [slow],
      );
      expect(
        elsewhere < least,
        `the same file as a poster takes less than ${least.toFixed(2)} s`,
        `it took ${elsewhere.toFixed(2)} s`,
        [slow],
      );
    });
  },
};
