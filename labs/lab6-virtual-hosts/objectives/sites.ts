import { expectCatalog, filmsOf, type Objective, type Trial } from '../../../grader/index.ts';
import { expectAnswerOf, somePoster, whoWasAsked } from './who.ts';

export const catalogNames = ['catalog.test', 'www.catalog.test'] as const;

const serverNames = 'https://nginx.org/en/docs/http/server_names.html';

export const catalog: Objective = {
  id: 'lab6.catalog',
  title: 'catalog.test and www.catalog.test are the catalog, as before.',
  kind: 'core',
  points: 20,
  why: 'A site that grows a neighbour must not notice it: everything that worked under its name goes on working.',
  hints: [
    'Which of the two names does not arrive at the catalog any more?',
    'Look at the words behind `server_name` of the server with the catalog, and at its `proxy_pass`.',
  ],
  manual: serverNames,
  async check(trial) {
    const { world } = trial;
    for (const host of catalogNames) {
      if (world.has('applications')) await expectAnswerOf(trial, 'catalog', { host }, ['GET', 'POST']);
      else await expectCatalog(trial, { host });
    }
  },
};

export const backOffice: Objective = {
  id: 'lab6.back-office',
  title: 'backoffice.test is the second application, on 127.0.0.1:9090.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab6.catalog'],
  why: 'Two applications on one machine need one address, one port and one certificate, if the web server reads the name.',
  hints: [
    'Both names lead to the same address. What in the request tells your server which of them was meant?',
    'Look for a `server` with `listen 443 ssl` and `server_name backoffice.test`, and at its `proxy_pass`.',
  ],
  manual: serverNames,
  async check(trial) {
    const { client, expect, world } = trial;
    const host = 'backoffice.test';
    if (world.has('applications')) return expectAnswerOf(trial, 'back-office', { host }, ['GET', 'POST']);
    const home = await client.get('/', { host });
    expect.status(home, 200);
    const other = await client.get('/', { host: 'catalog.test' });
    expect(home.text !== other.text, 'another application than at catalog.test', home.text.slice(0, 80), [home]);
  },
};

export const posters: Objective = {
  id: 'lab6.posters',
  title:
    'posters.test has the posters as /NAME.jpg and no application behind it; catalog.test has them under /poster/.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab6.catalog'],
  why: 'A site of files alone needs no application at all: it is what a web server can do by itself, and does fastest.',
  hints: [
    'Under which path does posters.test show a poster? It is not /poster/NAME.jpg.',
    'Look at `root` in the server of posters.test: it is put in front of the whole path. And is there a `proxy_pass`?',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#root',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const host = 'posters.test';
    if (!world.has('files')) return expectSomePoster(trial, host);
    const added = `${random.word(10)}.jpg`;
    await world.writeFile('poster', added, random.bytes(5_000));
    try {
      const name = await somePoster(trial);
      const places = [
        [name, `/${name}`, host],
        [added, `/${added}`, host],
        ...catalogNames.map((site) => [name, `/poster/${name}`, site] as const),
      ] as const;
      for (const [file, path, site] of places) {
        const response = await client.get(path, { host: site });
        expect.status(response, 200);
        expect.header(response, 'content-type', /^image\//i);
        expect.body(response, await world.readFile('poster', file));
      }
    } finally {
      await world.removeFile('poster', added);
    }
    const missing = random.word(10);
    expect.status(await client.get(`/${missing}.jpg`, { host }), 404);
    for (const path of [`/${missing}.jpg`, `/discover?type=tv&n=${missing}`, `/?${missing}`]) {
      const response = await client.get(path, { host });
      const asked = whoWasAsked(trial, missing);
      expect(asked === 'nobody', `no application is asked for ${path} at ${host}`, `${asked} was`, [response]);
    }
  },
};

/** On a live server: one of the posters that the films of the catalog name. */
async function expectSomePoster({ client, expect }: Trial, host: string): Promise<void> {
  const films = await client.get('/discover?type=movie', { host: 'catalog.test' });
  const named = filmsOf(films).flatMap(({ poster_path: path }) => (path ? [path] : []));
  const answers = await client.burst(named.slice(0, 12), { host });
  const found = answers.some(
    ({ status, headers }) => status === 200 && /^image\//i.test(headers['content-type'] ?? ''),
  );
  expect(found, `an image at ${host} for one of the posters that the films name`, 'none', answers.slice(0, 3));
}
