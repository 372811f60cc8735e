import { expectCatalog, expectPoster, type Lab, type Response } from '../../grader/index.ts';
import { caching, fallback, onlyJpg } from './extras.ts';
import { noEscape } from './no-escape.ts';
import { predictions } from './predictions.ts';

/** A file that begins as a JPEG does and that nobody else has. */
function madeUpPoster(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([0xff, 0xd8, 0xff, 0xe0, ...bytes, 0xff, 0xd9]);
}

const lab: Lab = {
  number: 4,
  name: 'static-posters',
  title: 'Files beside an application',
  applications: ['catalog'],
  predictions,
  objectives: [
    {
      id: 'lab4.posters',
      title: 'GET /poster/NAME.jpg is 200, an image, and byte for byte the file in /usr/share/nginx/poster.',
      kind: 'core',
      points: 30,
      why: 'Files are what a web server is best at: it sends them many times faster than an application could.',
      hints: [
        'Which location takes /poster/NAME.jpg, and under which name does it look for the file?',
        'Look at `root` and `alias` in the location for the posters: `root` adds the whole path, `alias` replaces what the location matched. The error log names the file that was looked for.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#alias',
      async check(trial) {
        const { client, expect, random, world } = trial;
        if (!world.has('files')) return void (await expectPoster(trial));
        const names = (await world.listFiles('poster')).filter(
          (name) => /^[\w-]+\.jpg$/.test(name) && name !== '404.jpg',
        );
        const chosen = names.length > 0 ? Array.from({ length: 3 }, () => random.pick(names)) : [];
        const added = `${random.word(10)}.jpg`;
        await world.writeFile('poster', added, madeUpPoster(random.bytes(20_000)));
        try {
          for (const name of [...chosen, added]) {
            const response = await client.get(`/poster/${name}`);
            expect.status(response, 200);
            expect.header(response, 'content-type', /^image\//i);
            expect.body(response, await world.readFile('poster', name));
          }
        } finally {
          await world.removeFile('poster', added);
        }
      },
    },
    {
      id: 'lab4.missing-poster',
      title: 'A poster that does not exist gets 404 from the web server, and nothing of it reaches the application.',
      kind: 'core',
      points: 15,
      dependsOn: ['lab4.posters'],
      why: 'Whoever asks for a thousand posters that do not exist should not keep the application busy.',
      hints: [
        'A file is not there. Who should say so, and with which status?',
        'Look at `try_files` and `error_page` in the location of the posters: do they send the request elsewhere?',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files',
      async check({ client, expect, random, world }) {
        const name = random.word(10);
        const responses: Response[] = [];
        for (const folder of ['', `${random.word()}/`]) {
          const response = await client.get(`/poster/${folder}${name}.jpg`);
          expect.status(response, 404);
          responses.push(response);
        }
        if (!world.has('applications')) return;
        // What is sent to the application beside the answer has arrived by the time others have.
        for (let i = 0; i < 3; i++) await client.get(`/status?after-${random.word(10)}`);
        const seen = world.application('catalog').seen.find((one) => one.target.includes(name));
        expect(
          seen === undefined,
          'the application is not asked for a missing poster',
          `it was asked for ${seen?.target}`,
          seen ? [...responses.slice(0, 1), seen] : responses,
        );
      },
    },
    {
      id: 'lab4.not-the-app',
      title: 'No request for a poster reaches the application.',
      kind: 'core',
      points: 15,
      needs: ['applications'],
      why: 'Every poster that the web server sends itself leaves the application free for what only it can do.',
      hints: [
        'Which requests does the application still see? Its own log tells.',
        'Look at which `location` takes /poster/, and for a `mirror` or an `error_page` that hands posters on.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
      async check({ client, expect, random, world }) {
        const catalog = world.application('catalog');
        const word = random.word(10);
        const names = (await world.listFiles('poster')).filter((name) => name.endsWith('.jpg'));
        const existing = names.length > 0 ? random.pick(names) : '404.jpg';
        const paths = [`/poster/${existing}?${word}`, `/poster/${word}.jpg`, `/poster/${existing}`];
        const responses = await client.burst(paths, { headers: { 'X-Mark': word } });
        // What does reach the application: without it nothing would be proven. By then a copy would have arrived, too.
        const last = `/status?after-${random.word(10)}`;
        let arrived = false;
        for (let i = 0; i < 3; i++) {
          const response = await client.get(`${last}-${i}`);
          arrived = catalog.seen.some((seen) => seen.target === `${last}-${i}`);
          expect(arrived, 'other requests reach the application', `status ${response.status}, and it never saw it`, [
            response,
          ]);
        }
        const seen = catalog.seen.find(
          (one) => one.target.includes(word) || Object.values(one.headers).some((value) => value.includes(word)),
        );
        expect(
          seen === undefined,
          'the application is asked for no poster',
          `it was asked for ${seen?.target}`,
          seen ? [...responses.slice(0, 1), seen] : [],
        );
      },
    },
    {
      id: 'lab4.app-still-there',
      title: 'Everything else still goes to the application.',
      kind: 'core',
      points: 20,
      why: 'A new location must take its own requests and no others: the films are as important as their posters.',
      hints: [
        'Which paths does your new location take that are no posters?',
        'Look at the words of `location`: a regular expression without ^ matches in the middle, and one that ends in jpg takes every picture.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
      async check(trial) {
        const { client, expect, random, world } = trial;
        if (!world.has('applications')) return expectCatalog(trial);
        const catalog = world.application('catalog');
        const word = random.word(10);
        const home = await client.get(`/?${word}`);
        expect.status(home, 200);
        expect(
          home.text.includes(catalog.token),
          `what the application said ("${catalog.token}")`,
          home.text.slice(0, 80),
          [home],
        );
        const paths = [
          `/discover?type=tv&genre=18&${word}`,
          `/${word}`,
          `/${word}.jpg`,
          `/${word}/poster/1.jpg`,
          `/index.html?${word}`,
        ];
        for (const path of paths) {
          const response = await client.get(path);
          const reached = catalog.seen.some((seen) => seen.target === path);
          expect(reached, `the application is asked for ${path}`, `it was not; the answer was ${response.status}`, [
            response,
          ]);
        }
        const post = await client.request(`/updatePopularity?${word}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: '{"movieId":"none"}',
        });
        expect.status(post, 400);
      },
    },
    noEscape,
    caching,
    onlyJpg,
    fallback,
  ],
};

export default lab;
