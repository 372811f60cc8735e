import { type CaseFile, get, post } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_auth_request_module.html',
  http: `
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html; add_header X-User "$user" always;
      location /ok/ { auth_request /yes; alias FOLDER/html/; }
      location /created/ { auth_request /created; alias FOLDER/html/; }
      location /no/ { auth_request /no; alias FOLDER/html/; }
      location /who/ { auth_request /who; alias FOLDER/html/; }
      location /broken/ { auth_request /broken; alias FOLDER/html/; }
      location /moved/ { auth_request /moved; alias FOLDER/html/; }
      location /missing/ { auth_request /nowhere; alias FOLDER/html/; }
      location /file/ { auth_request /page; alias FOLDER/html/; }
      location /app/ {
        auth_request /ask; auth_request_set $user $upstream_http_x_user; auth_request_set $code $upstream_status;
        proxy_pass http://127.0.0.1:APP/; proxy_set_header X-User "$user/$code";
      }
      location = /ask {
        internal; proxy_pass http://127.0.0.1:APP/decide; proxy_pass_request_body off;
        proxy_set_header Content-Length ""; proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Method $request_method;
      }
      location /outer/ {
        auth_request /no; alias FOLDER/html/;
        location /outer/off/ { auth_request off; alias FOLDER/html/; }
        location /outer/in/ { alias FOLDER/html/; }
      }
      location /any/ { satisfy any; deny all; auth_request /yes; alias FOLDER/html/; }
      location /any-no/ { satisfy any; deny all; auth_request /who; alias FOLDER/html/; }
      location /any-in/ { satisfy any; allow all; auth_request /no; alias FOLDER/html/; }
      location /login/ { auth_request /no; error_page 403 = @login; alias FOLDER/html/; }
      location @login { return 302 /sign-in?from=$request_uri; }
      location /index/ { auth_request /yes; auth_request_set $user "set"; alias FOLDER/html/; index page; }
      location /nested/ { auth_request /ok/page; alias FOLDER/html/; }
      location /gone/ { auth_request /gone-app; alias FOLDER/html/; }
      location /gone-app { proxy_pass http://127.0.0.1:1; }
      location /yes { return 204; }
      location /created { return 201 made; }
      location /no { return 403; }
      location /who { add_header WWW-Authenticate 'Basic realm="mine"' always; return 401; }
      location /broken { return 503; }
      location /moved { return 302 /elsewhere; }
      location /denied-ask/ { auth_request /denied; alias FOLDER/html/; }
      location /denied { deny all; alias FOLDER/html/page; }
    }`,
  files: { page: 'inside' },
  app: (request, response) => {
    if (request.url !== '/decide') {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => response.end(`${request.method} ${request.url} ${request.headers['x-user']} ${body}`));
      return;
    }
    const original = String(request.headers['x-original-uri']);
    const length = request.headers['content-length'] ?? 'none';
    response.setHeader('X-User', `${request.method}-${request.headers['x-method']}-${original}-${length}`);
    if (original.includes('401')) response.setHeader('WWW-Authenticate', 'Basic realm="app"');
    response.statusCode = Number(/\d{3}/.exec(original)?.[0] ?? 200);
    response.end('x'.repeat(5000));
  },
  errorLog: 'error',
  requests: {
    'a 2xx lets the request pass': get('/ok/page'),
    'any 2xx': get('/created/page'),
    '403 is passed on': get('/no/page'),
    '401 is passed on with its challenge': get('/who/page'),
    'another status is an error': get('/broken/page'),
    'a redirect is an error': get('/moved/page'),
    'a missing path is an error': get('/missing/page'),
    'a file will do': get('/file/page'),
    'an application that says yes': get('/app/x'),
    'an application that says yes to a POST, whose body it does not get': post('/app/x', 'a=b'),
    'an application that says no': get('/app/403'),
    'an application that asks who': get('/app/401'),
    'an application in trouble': get('/app/500'),
    'an application that is gone': get('/gone/page'),
    off: get('/outer/off/page'),
    inherited: get('/outer/in/page'),
    'satisfy any: yes': get('/any/page'),
    'satisfy any: no': get('/any-no/page'),
    'satisfy any: the address': get('/any-in/page'),
    'an error page': get('/login/page'),
    'variables stay through internal redirects': get('/index/'),
    'who is asked is not asked himself': get('/nested/page'),
    'access rules do not hold for the question': get('/denied-ask/page'),
    HEAD: 'HEAD /ok/page HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a range': get('/ok/page', 'Range: bytes=0-2\r\n'),
    'a condition': get('/file/page', 'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT\r\n'),
    'a connection that stays': `GET /app/x HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/ok/page')}`,
  },
  configurations: {
    'one question': 'auth_request /a; auth_request /b;',
    'off is one, too': 'auth_request off; auth_request /b;',
    'a variable begins with a dollar': 'auth_request_set x $uri;',
    'a built-in variable': 'auth_request_set $host $uri;',
    'an unknown variable': 'auth_request_set $x $nowhere;',
  },
} satisfies CaseFile;
