import type { Objective, Response } from '../../grader/index.ts';

/** Thirty days, in seconds. */
const month = 30 * 24 * 60 * 60;

/** For how many seconds an answer may be kept, by Cache-Control or else by Expires; undefined when it doesn't say. */
function lifetime(response: Response): number | undefined {
  const age = /(?:^|[\s,])max-age="?(\d+)/i.exec(response.headers['cache-control'] ?? '');
  if (age !== null) return Number(age[1]);
  const expires = Date.parse(response.headers.expires ?? '');
  const date = Date.parse(response.headers.date ?? '');
  if (Number.isNaN(expires)) return undefined;
  return Math.round((expires - (Number.isNaN(date) ? Date.now() : date)) / 1_000);
}

export const caching: Objective = {
  id: 'lab4.caching',
  title:
    "Posters may be kept for 30 days (Expires or Cache-Control: max-age); the application's answers do not say so.",
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab4.posters'],
  needs: ['files', 'applications'],
  why: 'A poster never changes, so a browser need load it only once; a list of films that is kept for a month is wrong for a month.',
  hints: [
    'How long may a browser keep what it got? It does what the answer says.',
    'Look at `expires`, and at where it stands: in the location of the posters, not in the server.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_headers_module.html#expires',
  async check({ client, expect, random, world }) {
    const name = `${random.word(10)}.jpg`;
    await world.writeFile('poster', name, random.bytes(200));
    try {
      const poster = await client.get(`/poster/${name}`);
      expect.status(poster, 200);
      const seconds = lifetime(poster);
      expect(
        seconds !== undefined && Math.abs(seconds - month) <= 60,
        `a lifetime of ${month} s (30 days)`,
        seconds === undefined ? 'neither Expires nor Cache-Control: max-age' : `${seconds} s`,
        [poster],
      );
    } finally {
      await world.removeFile('poster', name);
    }
    const catalog = world.application('catalog');
    for (const path of ['/', '/discover?type=movie', `/${random.word()}`]) {
      const before = catalog.seen.length;
      const answer = await client.get(path);
      expect(catalog.seen.length > before, `the application is asked for ${path}`, `status ${answer.status}`, [answer]);
      const kept = lifetime(answer);
      expect((kept ?? 0) <= 0, `no lifetime for ${path}`, `${kept} s`, [answer]);
    }
  },
};

export const onlyJpg: Objective = {
  id: 'lab4.only-jpg',
  title: 'A file of another type in the poster directory is not served.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab4.posters'],
  needs: ['files'],
  why: 'Editors leave backups and people leave notes. What is not meant for the public should not depend on tidiness.',
  hints: [
    'Your location serves whatever lies in the folder. What should it serve?',
    'Look at `location ~` with a regular expression that ends in $, and at what is left for /poster/ otherwise.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
  async check({ client, expect, random, world }) {
    const stem = random.word(10);
    const poster = `${stem}.jpg`;
    await world.writeFile('poster', poster, random.bytes(200));
    const others = ['txt', 'jpg.bak', 'jpg.txt', 'html'].map((extension) => `${stem}.${extension}`);
    const secret = `notes ${random.word(20)}`;
    for (const other of others) await world.writeFile('poster', other, secret);
    try {
      expect.status(await client.get(`/poster/${poster}`), 200);
      for (const other of others) {
        const response = await client.get(`/poster/${other}`);
        expect(
          response.status !== 200 && !response.text.includes(secret),
          `a refusal (403 or 404) for /poster/${other}`,
          response.text.includes(secret) ? `the file, with status ${response.status}` : `status ${response.status}`,
          [response],
        );
      }
    } finally {
      for (const name of [poster, ...others]) await world.removeFile('poster', name);
    }
  },
};

export const fallback: Objective = {
  id: 'lab4.fallback',
  title: 'A missing poster shows the placeholder image 404.jpg, still with status 404.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab4.posters'],
  needs: ['files'],
  why: 'A picture that says "no poster" looks better than a broken one; the status keeps caches and robots honest.',
  hints: [
    'What is in the body of your 404? It may be any file.',
    'Look at `error_page 404`, and keep the `=` out of it: that would change the status.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page',
  async check({ client, expect, random, world }) {
    const placeholder = await world.readFile('poster', '404.jpg');
    const response = await client.get(`/poster/${random.word(10)}.jpg`);
    expect.status(response, 404);
    expect.body(response, placeholder);
    expect.header(response, 'content-type', /^image\//i);
  },
};
