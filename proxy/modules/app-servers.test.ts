import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppServer, phpMissing, uwsgiMissing } from '../testing/app-servers.ts';
import { get, post } from '../testing/case-file.ts';
import { comparable, nginxMissing, SideBySide, withoutChunks } from '../testing/side-by-side.ts';

/** What nginx and ours answer to each request, both in front of the same application. */
async function answers(pair: SideBySide, requests: readonly string[]): Promise<[theirs: string[], ours: string[]]> {
  const both: [string[], string[]] = [[], []];
  for (const request of requests) {
    const outcomes = await pair.send(request);
    outcomes.forEach(({ text, closed }, index) => {
      both[index]!.push(pair.withoutPorts(comparable({ text: withoutChunks(text), closed })));
    });
  }
  return both;
}

const WSGI = `
def application(environ, start_response):
    path = environ['PATH_INFO']
    body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
    if path == '/big':
        start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '1000000')])
        return [b'0123456789' * 100000]
    if path == '/pieces':
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return (b'piece %d\\n' % i for i in range(1000))
    if path == '/cookies':
        start_response('303 See Other', [('Location', '/'), ('Set-Cookie', 'a=b'), ('Set-Cookie', 'c=d')])
        return []
    start_response('404 Not Found' if path == '/missing' else '200 OK', [('Content-Type', 'text/plain')])
    names = ['REQUEST_METHOD', 'PATH_INFO', 'QUERY_STRING', 'SERVER_PROTOCOL', 'SCRIPT_NAME', 'HTTP_HOST', 'HTTP_X_A', 'wsgi.url_scheme']
    lines = ['%s=%s' % (name, environ.get(name)) for name in names]
    return [('\\n'.join(lines) + '\\n%d bytes\\n' % len(body)).encode()]
`;

describe.skipIf(nginxMissing ?? uwsgiMissing)('uwsgi with a Python application behind it is served as by nginx', () => {
  let app: AppServer;
  let pair: SideBySide;
  beforeAll(async () => {
    app = await AppServer.uwsgi(WSGI);
    pair = await SideBySide.start(
      `uwsgi_cache_path LOGS/cache keys_zone=c:1m;
       server {
         listen 127.0.0.1:PORT; server_name one.test; include /etc/nginx/uwsgi_params;
         location / { uwsgi_pass 127.0.0.1:${app.port}; }
         location /socket/ { rewrite ^/socket(/.*) $1 break; uwsgi_pass unix:${app.socket}; }
         location /unbuffered/ { rewrite ^/unbuffered(/.*) $1 break; uwsgi_buffering off; uwsgi_pass 127.0.0.1:${app.port}; }
         location /cached/ {
           uwsgi_cache c; uwsgi_cache_key $uri; uwsgi_cache_valid 1m; add_header X-Cache $upstream_cache_status;
           uwsgi_pass 127.0.0.1:${app.port};
         }
       }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    await app?.stop();
  });

  test.each<[string, string[]]>([
    ['a request', [get('/path%20with?query=1&x', 'X-A: b\r\n')]],
    ['a body', [post('/form', 'a=b'.repeat(10_000))]],
    ['a status', [get('/missing')]],
    ['a redirect and cookies', [get('/cookies')]],
    ['an answer of a megabyte', [get('/big'), get('/unbuffered/big')]],
    ['an answer in pieces', [get('/pieces'), get('/unbuffered/pieces')]],
    ['a Unix socket', [get('/socket/x?y')]],
    ['a HEAD', ['HEAD /x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n']],
    ['a cache', [get('/cached/x', 'X-A: first\r\n'), get('/cached/x', 'X-A: second\r\n')]],
  ])('%s', async (_, requests) => {
    const [theirs, ours] = await answers(pair, requests);
    expect(ours).toEqual(theirs);
    expect(theirs.join('')).toMatch(/^HTTP\/1\.1 (200|303|404)\b/);
  });
});

const PHP = `<?php
$path = $_SERVER['DOCUMENT_URI'];
if ($path === '/big.php') { for ($i = 0; $i < 100000; $i++) echo '0123456789'; exit; }
if ($path === '/error.php') error_log('the log has it');
if ($path === '/moved.php') { header('Location: /elsewhere'); setcookie('a', 'b'); exit; }
if ($path === '/status.php') http_response_code(418);
header('Content-Type: text/plain');
foreach (['REQUEST_METHOD', 'SCRIPT_NAME', 'PATH_INFO', 'QUERY_STRING', 'REQUEST_URI', 'SERVER_PROTOCOL', 'HTTP_X_A', 'CONTENT_TYPE'] as $name)
  echo $name, '=', $_SERVER[$name] ?? '-', "\\n";
echo json_encode($_POST), strlen(file_get_contents('php://input')), "\\n";
`;

describe.skipIf(nginxMissing ?? phpMissing)('php-fpm is served as by nginx', () => {
  let app: AppServer;
  let pair: SideBySide;
  beforeAll(async () => {
    app = await AppServer.php(PHP);
    const script = `include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME ${app.folder}/index.php; fastcgi_param PATH_INFO $fastcgi_path_info;`;
    pair = await SideBySide.start(
      `upstream kept { server 127.0.0.1:${app.port}; keepalive 1; }
       server {
         listen 127.0.0.1:PORT; server_name one.test; ${script}
         fastcgi_split_path_info ^(.+?\\.php)(/.*)$; fastcgi_index index.php;
         location / { fastcgi_pass 127.0.0.1:${app.port}; }
         location /kept/ { rewrite ^/kept(/.*) $1 break; fastcgi_keep_conn on; fastcgi_pass kept; }
         location /socket/ { rewrite ^/socket(/.*) $1 break; fastcgi_pass unix:${app.socket}; }
         location /unbuffered/ { rewrite ^/unbuffered(/.*) $1 break; fastcgi_buffering off; fastcgi_pass 127.0.0.1:${app.port}; }
         location /streamed/ { rewrite ^/streamed(/.*) $1 break; fastcgi_request_buffering off; fastcgi_pass 127.0.0.1:${app.port}; }
       }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    await app?.stop();
  });

  const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
  test.each<[string, string[]]>([
    ['a script', [get('/a.php?q=1&x', 'X-A: b\r\n'), get('/'), get('/a.php/more/path')]],
    ['a form', [post('/form.php', 'a=b&c=d', form)]],
    ['a body of many records', [post('/form.php', `a=${'b'.repeat(100_000)}`, form)]],
    ['a body that is passed on', [post('/streamed/form.php', `a=${'b'.repeat(50_000)}`, form)]],
    ['a status', [get('/status.php')]],
    ['a redirect and a cookie', [get('/moved.php')]],
    ['an answer of a megabyte', [get('/big.php'), get('/unbuffered/big.php')]],
    [
      'a kept connection',
      [get('/kept/a.php'), get('/kept/big.php'), get('/kept/b.php'), post('/kept/c.php', 'x=y', form)],
    ],
    ['a Unix socket', [get('/socket/a.php')]],
    ['a HEAD', ['HEAD /a.php HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n']],
  ])('%s', async (_, requests) => {
    const [theirs, ours] = await answers(pair, requests);
    expect(ours).toEqual(theirs);
    expect(theirs.join('')).toMatch(/^HTTP\/1\.1 (200|302|418)\b/);
  });

  test('what a script says on stderr stands in the error log', async () => {
    await pair.newErrors('error');
    await answers(pair, [get('/error.php')]);
    const [theirs, ours] = await pair.newErrors('error');
    expect(ours).toEqual(theirs);
    expect(theirs.join('')).toContain('FastCGI sent in stderr: "PHP message: the log has it"');
  });
});
