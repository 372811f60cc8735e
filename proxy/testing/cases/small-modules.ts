import { type CaseFile, get } from '../case-file.ts';

/** stub_status, empty_gif and random_index: a page of the manual each, and a few statements. */
export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_stub_status_module.html',
  http: `
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location = /status { stub_status; }
      location = /old { stub_status on; }
      location /counts { return 200 "$connections_active $connections_reading $connections_writing $connections_waiting"; }
      location = /dot.gif { empty_gif; }
      location /any/ { random_index on; }
      location /none/ { random_index on; }
      location /off/ { random_index off; }
    }`,
  files: {
    'any/only.html': 'the only one',
    'any/.hidden': 'x',
    'none/.hidden': 'x',
    'none/folder/x': 'x',
    'off/x': 'x',
  },
  // Accepted connections and requests: the servers have been asked whether they are ready.
  ignore: /\n? \d+ \d+ \d+ \n/,
  errorLog: 'error',
  requests: {
    'the status page': get('/status'),
    'a parameter of old': get('/old'),
    'HEAD of the status page': 'HEAD /status HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'POST to the status page':
      'POST /status HTTP/1.1\r\nHost: one.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    'the variables': get('/counts'),
    'a transparent point': get('/dot.gif'),
    'HEAD of the point': 'HEAD /dot.gif HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'POST to the point': 'POST /dot.gif HTTP/1.1\r\nHost: one.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    'the point, not modified': get('/dot.gif', 'If-Modified-Since: Mon, 28 Sep 1970 06:00:00 GMT\r\n'),
    'any file of a folder': get('/any/'),
    'a folder without files': get('/none/'),
    'a folder that is missing': get('/any/folder/'),
    'random_index off': get('/off/'),
    'a file of the folder': get('/any/only.html'),
    'DELETE of a folder': 'DELETE /any/ HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
  },
  configurations: {
    'stub_status in http': 'stub_status;',
    'stub_status with two words': 'server { stub_status a b; }',
    'empty_gif in a server': 'server { empty_gif; }',
    'random_index in a server': 'server { random_index on; }',
  },
} satisfies CaseFile;
