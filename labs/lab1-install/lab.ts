import { type Lab, pageTitle, type Response } from '../../grader/index.ts';
import { predictions } from './predictions.ts';

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  svg: 'image/svg+xml',
  json: 'application/json',
  unknownext: 'application/octet-stream',
};

/** Media type without parameters, in lower case; empty when there is none. */
function mediaType(response: Response): string {
  return (response.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const lab: Lab = {
  number: 1,
  name: 'install',
  title: 'A web server that answers',
  applications: [],
  predictions,
  objectives: [
    {
      id: 'lab1.answers',
      title: 'GET / on port 80 gets a complete HTTP/1.1 response.',
      kind: 'core',
      points: 20,
      why: 'A browser that gets no answer shows its own error page: for its user the site does not exist.',
      hints: [
        'Is anything listening on port 80? A server block with the wrong port answers nobody who asks there.',
        'Look at `listen` in the server block of conf.d/default.conf.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#listen',
      async check({ client, expect }) {
        const response = await client.get('/');
        expect(
          response.status > 0,
          'a complete HTTP response to GET /',
          `no answer: ${response.failure ?? 'the connection ended'}`,
          [response],
        );
        expect(response.httpVersion.endsWith('1.1'), 'HTTP/1.1', `HTTP version ${response.httpVersion}`, [response]);
      },
    },
    {
      id: 'lab1.welcome-page',
      title: 'GET / is 200, of type text/html, and its title is "Welcome to nginx!".',
      kind: 'core',
      points: 30,
      dependsOn: ['lab1.answers'],
      why: 'The welcome page is the proof that the server finds its files and is allowed to read them.',
      hints: [
        'A request for / is a request for a folder. Which folder does your server look into?',
        'Look at `root` and `index`: the packaged pages lie in /usr/share/nginx/html.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#root',
      async check({ client, expect }) {
        const response = await client.get('/');
        expect.status(response, 200);
        expect(
          mediaType(response) === 'text/html',
          'Content-Type: text/html',
          mediaType(response) || 'no Content-Type',
          [response],
        );
        const title = await pageTitle(response);
        expect(
          title === 'Welcome to nginx!',
          'the title "Welcome to nginx!"',
          title ? `the title "${title}"` : 'no title',
          [response],
        );
      },
    },
    {
      id: 'lab1.index',
      title: 'GET / and GET /index.html give the bytes of /usr/share/nginx/html/index.html.',
      kind: 'core',
      points: 10,
      dependsOn: ['lab1.answers'],
      why: 'A page that is a copy of the file goes stale the moment somebody edits the file.',
      hints: [
        'Where do the bytes that you send come from: from a file, or from a line of your configuration?',
        'Look at `index` in the location that serves /, and take out any `return` that answers in its place.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_index_module.html',
      async check({ client, expect, world }) {
        const root = await client.get('/');
        const named = await client.get('/index.html');
        expect.status(root, 200);
        expect.status(named, 200);
        if (world.has('files')) {
          const file = await world.readFile('html', 'index.html');
          expect.body(root, file);
          expect.body(named, file);
        } else expect.body(root, named.body);
      },
    },
    {
      id: 'lab1.missing-page',
      title: 'A path that does not exist gets status 404, and not the welcome page.',
      kind: 'core',
      points: 15,
      dependsOn: ['lab1.answers'],
      why: 'Search engines, monitoring and people trust the status: a 200 for a page that is not there misleads all three.',
      hints: [
        'What does your server do when it finds no file: say so, or show something else?',
        'Look at the last word of `try_files`, and at `error_page 404`.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files',
      async check({ client, expect, random }) {
        for (const path of [`/${random.word()}`, `/${random.word()}/${random.word()}.html`]) {
          const response = await client.get(path);
          expect.status(response, 404);
          const title = await pageTitle(response);
          expect(title !== 'Welcome to nginx!', 'a page that is not the welcome page', `the title "${title}"`, [
            response,
          ]);
        }
      },
    },
    {
      id: 'lab1.error-page',
      title: '/50x.html exists and is HTML.',
      kind: 'core',
      points: 10,
      dependsOn: ['lab1.answers'],
      why: 'On the day something breaks, this page is what users see; it has to be there before that day.',
      hints: [
        'The page comes with the package, beside index.html. Can a browser reach it?',
        'Look at `location = /50x.html`: which `root` holds there?',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page',
      async check({ client, expect }) {
        const response = await client.get('/50x.html');
        expect.status(response, 200);
        expect(
          mediaType(response) === 'text/html',
          'Content-Type: text/html',
          mediaType(response) || 'no Content-Type',
          [response],
        );
        expect(/<(!doctype html|html|body|h1)\b/i.test(response.text), 'an HTML page', response.text.slice(0, 80), [
          response,
        ]);
        const title = await pageTitle(response);
        expect(title !== 'Welcome to nginx!', 'the error page', 'the welcome page under the name of the error page', [
          response,
        ]);
      },
    },
    {
      id: 'lab1.content-types',
      title: '.html, .css, .svg and .json get their MIME types; an unknown extension gets application/octet-stream.',
      kind: 'core',
      points: 15,
      dependsOn: ['lab1.answers'],
      needs: ['files'],
      why: 'Browsers go by the type, not by the name: a style sheet sent as text/plain is not applied.',
      hints: [
        'Who tells the browser what kind of file it gets? One header, filled from a table of extensions.',
        'Look at `include /etc/nginx/mime.types`, at `default_type`, and at any `types` block of your own, which replaces the table.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#types',
      async check({ client, expect, random, world }) {
        const name = random.word();
        for (const [extension, type] of Object.entries(types)) {
          const file = `${name}.${extension}`;
          // Bytes that no program takes for text, so that servers that look into a file agree on the last one.
          const content =
            extension === 'unknownext' ? new Uint8Array([0, 1, 2, 255, ...random.bytes(60)]) : `${file}\n`;
          await world.writeFile('html', file, content);
          try {
            const response = await client.get(`/${file}`);
            expect.status(response, 200);
            expect.body(response, content);
            expect(
              mediaType(response) === type,
              `Content-Type: ${type} for a .${extension} file`,
              mediaType(response) || 'no Content-Type',
              [response],
            );
          } finally {
            await world.removeFile('html', file);
          }
        }
      },
    },
    {
      id: 'lab1.access-log',
      title:
        'Each request is one line of /var/log/nginx/access.log in the main format, with its status and byte count.',
      kind: 'stretch',
      points: 10,
      dependsOn: ['lab1.answers'],
      needs: ['access-log'],
      alone: true,
      why: 'The access log is the first thing to read when something went wrong, and the last witness of who asked for what.',
      hints: [
        'Which file gets a line for each request, and what is in that line?',
        'Look at `access_log` (a path, then the name of a format) and at `log_format main` in nginx.conf.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_log_module.html',
      async check({ client, expect, random, world }) {
        const since = await world.accessLogLength();
        const word = random.word();
        const forwarded = `192.0.2.${1 + random.integer(250)}`;
        const headers = {
          'User-Agent': `probe-${word}`,
          Referer: `http://catalog.test/${word}`,
          'X-Forwarded-For': forwarded,
        };
        const responses = [
          await client.get(`/?${word}`, { headers }),
          await client.get(`/${word}-missing`, { headers }),
        ];
        const lines = await world.accessLog(since, responses.length, word);
        for (const response of responses) {
          const mine = lines.filter((line) => line.includes(` ${response.request.path} `));
          expect(mine.length === 1, `one line for ${response.request.path}`, `${mine.length} lines`, [response]);
          const bytes = response.headers['content-length'] ?? '\\d+';
          const request = escapeRegExp(`"GET ${response.request.path} HTTP/1.1" ${response.status} `);
          const rest = escapeRegExp(` "${headers.Referer}" "${headers['User-Agent']}" "${forwarded}"`);
          const time = '\\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\]';
          expect(
            new RegExp(`^[0-9a-f.:]+ - - ${time} ${request}${bytes}${rest}$`).test(mine[0]!),
            `a line in the main format with status ${response.status} and ${bytes} bytes`,
            mine[0]!,
            [response],
          );
        }
      },
    },
    {
      id: 'lab1.conditional',
      title: 'If-Modified-Since and If-None-Match give 304, Range gives 206.',
      kind: 'stretch',
      points: 5,
      dependsOn: ['lab1.answers'],
      why: 'A browser that already has the file should not have to load it again, nor all of it when it needs a part.',
      hints: [
        'Files know when they were changed; answers made up in the configuration do not.',
        'Look for a `return` that stands where a file should be served with `root`.',
      ],
      manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#if_modified_since',
      async check({ client, expect }) {
        const first = await client.get('/index.html');
        expect.status(first, 200);
        const modified = first.headers['last-modified'];
        const tag = first.headers.etag;
        expect(Boolean(modified ?? tag), 'a Last-Modified or ETag header', 'neither', [first]);
        if (modified !== undefined) {
          expect.status(await client.get('/index.html', { headers: { 'If-Modified-Since': modified } }), 304);
          const old = { 'If-Modified-Since': 'Thu, 01 Jan 1998 00:00:00 GMT' };
          expect.status(await client.get('/index.html', { headers: old }), 200);
        }
        if (tag !== undefined) {
          expect.status(await client.get('/index.html', { headers: { 'If-None-Match': tag } }), 304);
          expect.status(await client.get('/index.html', { headers: { 'If-None-Match': '"another"' } }), 200);
        }
        const part = await client.get('/index.html', { headers: { Range: 'bytes=3-12' } });
        expect.status(part, 206);
        expect.header(part, 'content-range', `bytes 3-12/${first.body.length}`);
        expect.body(part, first.body.slice(3, 13));
      },
    },
  ],
};

export default lab;
