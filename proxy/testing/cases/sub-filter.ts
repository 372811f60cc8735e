import { type CaseFile, get } from '../case-file.ts';

const page = (name: string, folder: string): string => get(`/${folder}/${name}`);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_sub_module.html',
  http: `
    types { text/html html; text/css css; text/plain txt; }
    map $arg_p $pattern { default "$arg_p"; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /once/ { alias FOLDER/html/; sub_filter one 1; }
      location /all/ { alias FOLDER/html/; sub_filter one 1; sub_filter_once off; }
      location /several/ {
        alias FOLDER/html/; sub_filter one 1; sub_filter TWO 2; sub_filter onetwo 12; sub_filter three "[$uri]"; sub_filter_once off;
      }
      location /several-once/ { alias FOLDER/html/; sub_filter one 1; sub_filter two 2; }
      location /variable/ { alias FOLDER/html/; sub_filter $pattern "<$pattern>"; sub_filter_once off; }
      location /types/ { alias FOLDER/html/; sub_filter one 1; sub_filter_types text/css; }
      location /any/ { alias FOLDER/html/; sub_filter one 1; sub_filter_types *; }
      location /keep/ { alias FOLDER/html/; sub_filter one 1; sub_filter_last_modified on; }
      location /empty/ { alias FOLDER/html/; sub_filter one ""; sub_filter_once off; }
      location /outer/ {
        sub_filter one outer; alias FOLDER/html/;
        location /outer/in/ { alias FOLDER/html/; }
        location /outer/own/ { sub_filter two own; alias FOLDER/html/; }
      }
      location /app { proxy_pass http://127.0.0.1:APP; sub_filter needle found; sub_filter "overlap over" x; sub_filter_once off; proxy_http_version 1.1; }
      location /gzip/ { alias FOLDER/html/; sub_filter one 1; gzip off; }
      location /returned { sub_filter one 1; default_type text/html; return 200 "one one"; }
      location /error { server_tokens off; sub_filter nginx other; sub_filter_once off; return 404; }
    }`,
  files: {
    'page.html': 'zero one TWO three ONE onetwo Two threeone',
    'style.css': 'one',
    'plain.txt': 'one',
    'empty.html': '',
    'no.html': 'nothing to find here, only on',
    'tail.html': 'ends with on',
  },
  // The pieces come one byte at a time, so that each match spans many.
  app: (request, response) => {
    response.setHeader('Content-Type', 'text/html');
    const text = 'a needle, a nee, NEEDLEneedle need; overlap overlap over; nee';
    if (request.url !== '/app') response.end(text);
    else {
      let at = 0;
      const next = (): void => {
        if (at === text.length) response.end();
        else response.write(text[at++], () => setImmediate(next));
      };
      next();
    }
  },
  requests: {
    'the first occurrence alone': page('page.html', 'once'),
    'all occurrences': page('page.html', 'all'),
    'several patterns, the leftmost counts': page('page.html', 'several'),
    'several patterns, each once': page('page.html', 'several-once'),
    'a pattern with variables': get('/variable/page.html?p=two'),
    'a pattern that is empty': get('/variable/page.html'),
    'text/html alone by default': page('style.css', 'once'),
    'further types': page('style.css', 'types'),
    'text/html is always among them': page('page.html', 'types'),
    'a type that is not among them': page('plain.txt', 'types'),
    'all types': page('plain.txt', 'any'),
    'Last-Modified stays': page('page.html', 'keep'),
    'an empty replacement': page('page.html', 'empty'),
    'an empty page': page('empty.html', 'once'),
    'nothing to find': page('no.html', 'all'),
    'the beginning of a match at the end': page('tail.html', 'all'),
    inherited: get('/outer/in/page.html'),
    'own patterns replace inherited ones': get('/outer/own/page.html'),
    'from an application': get('/app/whole'),
    'from an application in single bytes': get('/app'),
    'a text': get('/returned'),
    'an error page': get('/error'),
    'a range': get('/once/page.html', 'Range: bytes=0-3\r\n'),
    'a condition': get('/keep/page.html', 'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT\r\n'),
    HEAD: 'HEAD /once/page.html HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'HTTP/1.0': 'GET /once/page.html HTTP/1.0\r\nHost: one.test\r\n\r\n',
  },
  configurations: {
    'an empty pattern': 'sub_filter "" x;',
    'a type twice': 'sub_filter_types text/css text/css;',
    'text/html again': 'sub_filter_types text/html;',
    'once is on or off': 'sub_filter_once maybe;',
    'a word too few': 'sub_filter a;',
  },
} satisfies CaseFile;
