import type { CaseFile } from '../case-file.ts';

/** Bodies in chunks that come together with the head, by what is right and wrong with them. */
const BODIES = {
  'too large': '14\r\nxxxxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n',
  'too large, then bad': '14\r\nxxxxxxxxxxxxxxxxxxxx!!',
  'too large together, then bad': '6\r\nabcdef\r\n6\r\nabcdef\r\nzz\r\n',
  'bad, then too large': '3\r\nabc\r\nzz\r\n14\r\n',
  'bad at once': 'zz\r\n',
  'bad after a chunk': '3\r\nabcXX',
};

const PLACES = {
  'an application gets it': '/application',
  'an application gets it as it comes': '/unbuffered',
  'nobody reads it': '/text',
  'a redirect': '/elsewhere',
  'nobody may have it': '/denied',
  'a mirror gets it': '/mirrored',
  'a location with a larger limit': '/large',
};

const FILES = { 'a file': '/page.txt', 'no such file': '/missing', 'a folder': '/list/', 'a status': '/status-page' };

const chunked = (method: string, uri: string, body: string): string =>
  `${method} ${uri} HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;

const cases = (method: string, places: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(places).flatMap(([place, uri]) =>
    Object.entries(BODIES).map(([what, body]): [string, string] => [`${what}: ${place}`, chunked(method, uri, body)]),
  );

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size',
  http: `
    client_max_body_size 10;
    server {
      listen 127.0.0.1:PORT;
      root FOLDER/html;
      location = /application { proxy_pass http://127.0.0.1:APP; }
      location = /unbuffered { proxy_request_buffering off; proxy_http_version 1.1; proxy_pass http://127.0.0.1:APP; }
      location = /text { return 200 text; }
      location = /elsewhere { return 301 /text; }
      location = /denied { deny all; }
      location = /mirrored { mirror /text; return 200 mirrored; }
      location = /large { client_max_body_size 1m; proxy_pass http://127.0.0.1:APP; }
      location /list/ { autoindex on; }
      location = /status-page { empty_gif; }
    }`,
  files: { 'page.txt': 'page', 'list/one': '' },
  app: (request, response) => {
    request
      .resume()
      .on('end', () => response.end('read'))
      .on('error', () => undefined);
  },
  errorLog: 'error',
  requests: Object.fromEntries([...cases('POST', PLACES), ...cases('GET', FILES)]),
} satisfies CaseFile;
