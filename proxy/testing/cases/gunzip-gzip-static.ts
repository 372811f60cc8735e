import { gzipSync } from 'node:zlib';
import { type CaseFile, get } from '../case-file.ts';

const TEXT = 'compress me, please. '.repeat(50);
const GZIP = 'Accept-Encoding: gzip\r\n';

/** gunzip, and gzip_static (https://nginx.org/en/docs/http/ngx_http_gzip_static_module.html). */
export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_gunzip_module.html',
  http: `
    types { text/html html; text/css css; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /app { proxy_pass http://127.0.0.1:APP; gunzip on; }
      location /app-vary { proxy_pass http://127.0.0.1:APP; gunzip on; gzip_vary on; }
      location /app-off { proxy_pass http://127.0.0.1:APP; }
      location /app-then { proxy_pass http://127.0.0.1:APP; gunzip on; sub_filter compress press; sub_filter_types *; sub_filter_once off; }
      location /static/ { alias FOLDER/html/; gzip_static on; }
      location /static-vary/ { alias FOLDER/html/; gzip_static on; gzip_vary on; }
      location /always/ { alias FOLDER/html/; gzip_static always; }
      location /always-gunzip/ { alias FOLDER/html/; gzip_static always; gunzip on; }
      location /off/ { alias FOLDER/html/; gzip_static off; }
      location /old/ { alias FOLDER/html/; gzip_static on; gzip_http_version 1.0; }
      location /via/ { alias FOLDER/html/; gzip_static on; gzip_proxied any; }
      location /agent/ { alias FOLDER/html/; gzip_static on; gzip_disable "msie6" Robot; }
    }`,
  files: {
    'style.css': 'the plain one',
    'style.css.gz': gzipSync('the compressed one'),
    'only.css.gz': gzipSync('only compressed'),
    'plain.css': 'only plain',
    'folder.css/x': 'x',
    'folder.css.gz/x': 'x',
    'index.html': 'index',
    'index.html.gz': gzipSync('index, compressed'),
  },
  app: (request, response) => {
    response.setHeader('Content-Encoding', request.url!.endsWith('upper') ? 'GZIP' : 'gzip');
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('ETag', '"abc"');
    response.end(request.url!.endsWith('broken') ? Buffer.from('this is not gzip at all') : gzipSync(TEXT));
  },
  requests: {
    'unpacked for who does not take gzip': get('/app'),
    'left as it is for who does': get('/app', GZIP),
    'Vary, unpacked': get('/app-vary'),
    'Vary, left': get('/app-vary', GZIP),
    off: get('/app-off'),
    'the coding in upper case': get('/app/upper'),
    'unpacked for a filter after it': get('/app-then'),
    'quality 0': get('/app', 'Accept-Encoding: gzip;q=0\r\n'),
    'quality 0.5': get('/app', 'Accept-Encoding: br, gzip;q=0.5\r\n'),
    'any coding': get('/app', 'Accept-Encoding: *\r\n'),
    'HEAD, unpacked': 'HEAD /app HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'HTTP/1.0 never has gzip by default': 'GET /app HTTP/1.0\r\nHost: one.test\r\nAccept-Encoding: gzip\r\n\r\n',
    'the compressed file': get('/static/style.css', GZIP),
    'the plain file': get('/static/style.css'),
    'no compressed file': get('/static/plain.css', GZIP),
    'no plain file, compressed wanted': get('/static/only.css', GZIP),
    'no plain file, plain wanted': get('/static/only.css'),
    'Vary with the compressed file': get('/static-vary/style.css', GZIP),
    'Vary with the plain file': get('/static-vary/style.css'),
    'no Vary without a compressed file': get('/static-vary/plain.css'),
    always: get('/always/style.css'),
    'always, and unpacked': get('/always-gunzip/style.css'),
    'gzip_static off': get('/off/style.css', GZIP),
    'HTTP/1.0 when it is allowed': 'GET /old/style.css HTTP/1.0\r\nHost: one.test\r\nAccept-Encoding: gzip\r\n\r\n',
    'a proxy in between': get('/static/style.css', `${GZIP}Via: 1.1 proxy\r\n`),
    'a proxy in between that is allowed': get('/via/style.css', `${GZIP}Via: 1.1 proxy\r\n`),
    'an agent that is excluded': get('/agent/style.css', `${GZIP}User-Agent: Some Robot\r\n`),
    'msie6 stands for old ones': get('/agent/style.css', `${GZIP}User-Agent: Mozilla/4.0 (compatible; MSIE 6.0)\r\n`),
    'an agent that is not excluded': get('/agent/style.css', `${GZIP}User-Agent: Browser\r\n`),
    'a folder': get('/static/folder.css', GZIP),
    'an index': get('/static/', GZIP),
    'a range of the compressed file': get('/static/style.css', `${GZIP}Range: bytes=0-3\r\n`),
    'a condition': get('/static/style.css', `${GZIP}If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT\r\n`),
    'POST to the compressed file':
      'POST /static/style.css HTTP/1.1\r\nHost: one.test\r\nAccept-Encoding: gzip\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  },
  configurations: {
    'gzip_static is on, off or always': 'gzip_static maybe;',
    'a level below 1': 'gzip_comp_level 0;',
    'a level above 9': 'gzip_comp_level 10;',
    'an unknown proxied': 'gzip_proxied sometimes;',
    'a proxied twice': 'gzip_proxied any any;',
    'a version': 'gzip_http_version 2.0;',
    'a window': 'gzip_window 3k;',
    'a hash': 'gzip_hash 1;',
    buffers: 'gzip_buffers 4 x;',
    'a type twice': 'gzip_types text/css text/css;',
  },
} satisfies CaseFile;
