import type { Objective } from '../../../grader/index.ts';
import { catalog, said } from './site.ts';

export const dotFiles: Objective = {
  id: 'lab10.dot-files',
  title: 'Files and folders whose names begin with a dot give 403 or 404 at catalog.test, whoever has them.',
  kind: 'core',
  points: 20,
  needs: ['applications', 'files'],
  why: 'A folder .git that was copied along holds the whole source and its history; .env holds the passwords. Robots ask every site for both.',
  hints: [
    'Is /.git/config refused by your server, or by nothing but the lack of such a file? And below /poster/?',
    'Look for a location with a pattern that finds `/.` anywhere in the path. A location with `^~` is chosen before any pattern.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const content = random.word(30);
    const shown = `${random.word(10)}.jpg`;
    const [plain, folder] = [`.${random.word(8)}`, `.${random.word(8)}`];
    const application = ['/.git/config', '/.htaccess', '/.env', `/app/.${random.word(6)}/x`];
    await world.writeFile('poster', shown, content);
    await world.writeFile('poster', plain, content);
    await world.writeFile('poster', `${folder}/config`, content);
    for (const path of application) catalog(trial).answer(path, { status: 200, body: content });
    const spelled = ['/%2egit/config', '//.git/config', '/x/../.env'];
    catalog(trial).answer('/visible', { status: 200, body: content });
    for (const path of spelled) catalog(trial).answer(path, { status: 200, body: content });
    try {
      // Without the dot both would be shown.
      for (const path of [`/poster/${shown}`, '/visible']) expect.body(await client.get(path), content);
      const hidden = [
        ...application,
        ...spelled,
        `/poster/${plain}`,
        `/poster/${folder}/config`,
        `/poster/%2e${plain.slice(1)}`,
      ];
      const answers = await client.burst(hidden);
      for (const response of answers) {
        const { path } = response.request;
        const refused = response.status === 403 || response.status === 404;
        // A request that can't be read is refused all the same.
        expect(refused || response.status === 400, `status 403 or 404 for ${path}`, said(response), [response]);
        expect(!response.text.includes(content), `nothing of ${path}`, 'what is in it', [response]);
      }
    } finally {
      for (const path of [...application, ...spelled, '/visible']) catalog(trial).answer(path, undefined);
      for (const name of [shown, plain, folder]) await world.removeFile('poster', name);
    }
  },
};

export const noListing: Objective = {
  id: 'lab10.no-listing',
  title: 'No folder shows a list of what is in it.',
  kind: 'stretch',
  points: 5,
  needs: ['files'],
  why: 'A list tells everybody the names of files that no page leads to: copies, drafts, yesterday’s version.',
  hints: ['What do you see at https://posters.test/ ?', 'Look for `autoindex`, in every server.'],
  manual: 'https://nginx.org/en/docs/http/ngx_http_autoindex_module.html',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const [name, folder] = [`${random.word(12)}.jpg`, random.word(10)];
    await world.writeFile('poster', name, random.word(20));
    await world.writeFile('poster', `${folder}/${name}`, random.word(20));
    try {
      expect.status(await client.get(`/poster/${name}`), 200);
      for (const [host, path] of [
        ['catalog.test', '/poster/'],
        ['catalog.test', `/poster/${folder}/`],
        ['posters.test', '/'],
        ['posters.test', `/${folder}/`],
      ] as const) {
        const response = await client.get(path, { host });
        expect(!response.text.includes(name), `no list of files at ${host}${path}`, `${name} is on it`, [response]);
      }
    } finally {
      for (const file of [name, folder]) await world.removeFile('poster', file);
    }
  },
};
