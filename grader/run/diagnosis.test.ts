import { describe, expect, test } from 'vitest';
import { parseText } from '../../proxy/config/index.ts';
import type { Response } from '../lab.ts';
import type { StudentConfiguration } from '../target/target.ts';
import { response } from '../testing/fake-target.ts';
import type { RequestTrace } from '../trace.ts';
import type { Case } from './case.ts';
import { serverFor } from './configuration-model.ts';
import { diagnose, rules } from './diagnosis.ts';
import { chooseLocation, written } from './location-choice.ts';
import { decodedPath } from './request-facts.ts';
import { explainStartup } from './startup.ts';

function configuration(text: string): StudentConfiguration {
  const { directives } = parseText(`http {${text}\n}`, 'default.conf', { includes: false });
  return { directives, files: [{ name: 'default.conf', text: `http {${text}\n}` }] };
}

function diagnosis(id: string, text: string, answer: Response, facts: Partial<Case> = {}): string | undefined {
  const finding = diagnose({
    objective: { id, expected: '', received: '' },
    responses: [answer],
    seen: [],
    configuration: configuration(text),
    errorLog: [],
    ...facts,
  });
  return finding && `${finding.because} | ${finding.blame?.line}: ${finding.blame?.text}`;
}

describe('which location takes a path', () => {
  const { directives } = configuration(`
    server {
      location / { }
      location /poster/ { location ~ \\.jpg$ { } }
      location = /status { }
      location ^~ /assets/ { }
      location ~ ^/(discover|status) { }
      location ~* \\.JPG$ { }
    }`);
  const server = directives[0]?.block?.[0];
  test.each([
    ['/anything', 'location /'],
    ['/status', 'location = /status'],
    ['/status/x', 'location ~ ^/(discover|status)'],
    ['/assets/a.jpg', 'location ^~ /assets/'],
    ['/poster/a.jpg', 'location ~ \\.jpg$'],
    ['/poster/a.png', 'location /poster/'],
    ['/a.jpg', 'location ~* \\.JPG$'],
  ])('%s is taken by %s', (path, expected) => {
    const chosen = server && chooseLocation(server, path);
    expect(chosen && written(chosen)).toBe(expected);
  });
});

test('what the server told of a request counts more than what its configuration leads to expect', () => {
  const text = `
    server {
      listen 80;
      rewrite ^/films/(.*)$ /poster/$1;
      location / { proxy_pass http://127.0.0.1:8080; }
      location /poster/ { root /usr/share/nginx/poster; }
    }`;
  const answer = response('/poster/x.jpg', { status: 404 });
  const place = (line: number) => ({ file: 'default.conf', line });
  const told = (directive: string, line: number): RequestTrace => ({
    version: 1,
    method: 'GET',
    target: '/poster/x.jpg',
    protocol: 'HTTP/1.1',
    secure: false,
    status: 404,
    steps: [
      {
        step: 'server',
        says: '',
        candidates: [{ directive: 'server', at: place(2), chosen: true, says: '' }],
      },
      { step: 'location', says: '', uri: '/poster/x.jpg', directive, at: place(line), candidates: [] },
      { step: 'answer', says: '404', status: 404, bytes: 0 },
    ],
  });
  expect(diagnosis('lab4.posters', text, answer)).toContain('/usr/share/nginx/poster/poster/x.jpg | 6:');
  expect(diagnosis('lab4.posters', text, answer, { traces: [told('location /', 5)] })).toContain(
    '`location /` took /poster/x.jpg',
  );
  expect(diagnosis('lab4.posters', text, answer, { traces: [told('location /poster/', 6)] })).toContain('| 6:');
  // The server's own rewriting speaks before a location is chosen.
  const trace = told('location /', 5);
  const [server, ...rest] = trace.steps;
  const rewriting = { step: 'phase', phase: 'server-rewrite', says: '' } as const;
  const traces = [{ ...trace, steps: [server!, rewriting, ...rest] }];
  expect(diagnosis('lab4.posters', text, answer, { traces })).toContain('`location /` took /poster/x.jpg');
});

test('a line to look at comes with the lines around it', () => {
  const finding = diagnose({
    objective: { id: 'lab3.even-distribution', expected: '', received: '' },
    responses: [response('/')],
    seen: [],
    configuration: configuration(`
upstream a {
    server 127.0.0.1:8081 weight=2;
    server 127.0.0.1:8082;
}
server { location / { proxy_pass http://a; } }`),
    errorLog: [],
  });
  expect(finding?.blame).toMatchObject({ line: 3, context: { first: 1 } });
  expect(finding?.blame?.context?.lines[2]).toBe('    server 127.0.0.1:8081 weight=2;');
});

test('a server is chosen by exact name, wildcard, pattern, and else the default one', () => {
  const all = configuration(`
    server { server_name a.test; }
    server { server_name *.b.test; listen 80 default_server; }
    server { server_name ~^c\\d+\\.test$; }
    server { listen 443 ssl; server_name a.test; }`);
  const line = (port: number, host: string): number | undefined => serverFor(all, port, host)?.directive.line;
  expect([
    line(80, 'a.test'),
    line(80, 'x.b.test'),
    line(80, 'C12.test:80'),
    line(80, 'other'),
    line(443, 'x'),
  ]).toEqual([2, 3, 4, 3, 5]);
});

test('paths are matched decoded, tidied and without their query', () => {
  expect(decodedPath('/a//b/./../c%20d?x=/..')).toBe('/a/c d');
});

test('an upstream whose second server is none of the instances', () => {
  const text =
    '\nupstream c {\nserver 127.0.0.1:8081;\nserver 127.0.0.1:8080;\n}\nserver { location / { proxy_pass http://c; } }';
  const refusal =
    '[error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream, upstream: "http://127.0.0.1:8080/", host: "a"';
  const told = diagnosis('lab3.both-backends', text, response('/'), { errorLog: [refusal] });
  expect(told).toMatch(/^nobody listens on 127.0.0.1:8080.* \| 4: server 127.0.0.1:8080;$/);
  expect(diagnosis('lab3.both-backends', text, response('/'))).toBeUndefined();
});

test('posters by an alias behind a regular expression, to which nothing is added', () => {
  const text = (alias: string) => `\nserver {\nlocation ~ ^/poster/(.*) {\nalias ${alias};\n} }`;
  const moved = response('/poster/a.jpg', { status: 301 });
  expect(diagnosis('lab4.posters', text('/usr/share/nginx/poster/'), moved)).toMatch(/whole path of the file.* \| 4:/);
  expect(diagnosis('lab4.posters', text('/usr/share/nginx/poster/$1'), moved)).toBeUndefined();
});

describe('the catalog', () => {
  const server = (lines: string): string => `\nserver {\n${lines}\n}`;

  test('without proxy_pass', () => {
    expect(diagnosis('lab2.forwards', server('location / {\n root /x; }'), response('/'))).toBe(
      '`location /` took /, and it has no `proxy_pass` | 3: location / {',
    );
  });

  test('on a port where nobody listens', () => {
    const errorLog = [
      '2030/01/01 00:00:00 [error] 1#1: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: , request: "GET / HTTP/1.1", upstream: "http://127.0.0.1:8081/", host: "catalog.test"',
    ];
    const text = server('location / { proxy_pass http://127.0.0.1:8081; }');
    expect(diagnosis('lab2.forwards', text, response('/', { status: 502 }), { errorLog })).toMatch(
      /^nobody listens on 127.0.0.1:8081: .* \| 3: location/,
    );
  });

  test('behind a slash that strips the prefix', () => {
    const text = server('location /api/ {\n proxy_pass http://127.0.0.1:8080/; }');
    expect(diagnosis('lab2.paths-and-queries', text, response('/api/x'))).toMatch(
      /takes the place of "\/api\/".* \| 4:/,
    );
  });

  test('behind a slash that changes nothing for plain paths: no word about it', () => {
    const text = server('location / { proxy_pass http://127.0.0.1:8080/; }');
    expect(diagnosis('lab2.paths-and-queries', text, response('/x'))).toBeUndefined();
    expect(diagnosis('lab2.verbatim', text, response('/x'))).toContain('tidied path');
  });

  test('whose headers of the outer level are lost to the inner one', () => {
    const text = server(
      'proxy_set_header Host $host;\nlocation / {\n proxy_set_header X-Real-IP $remote_addr;\n proxy_pass http://127.0.0.1:8080; }',
    );
    const objective = { id: 'lab2.client-identity', expected: 'Host: catalog.test', received: 'Host: 127.0.0.1:8080' };
    expect(diagnosis('lab2.client-identity', text, response('/'), { objective })).toMatch(/isn't inherited.* \| 5:/);
  });
});

describe('the balancer', () => {
  const balanced = (members: string): string =>
    `\nupstream catalog {\n${members}\n}\nserver { location / { proxy_pass http://catalog; } }`;
  const two = 'server 127.0.0.1:8081;\nserver 127.0.0.1:8082';

  test.each([
    ['one server', 'server 127.0.0.1:8081;', /one server only.* \| 3:/],
    ['the same twice', 'server 127.0.0.1:8081;\nserver localhost:8081;', /same instance.* \| 4:/],
    ['a backup', `${two} backup;`, /127.0.0.1:8082 is a `backup`.* \| 4:/],
    ['one down', `${two} down;`, /`down` takes 127.0.0.1:8082.* \| 4:/],
    ['a weight', `${two} weight=3;`, /gets 3 of every 4 requests \| 4:/],
    ['ip_hash', `ip_hash;\n${two};`, /`ip_hash` sends all.* \| 3:/],
    ['a hash of the URI', `hash $uri;\n${two};`, /`hash` sends all.* \| 3:/],
    ['a ring', `hash $request_id consistent;\n${two};`, /on a ring.* \| 3:/],
  ])('with %s', (_name, members, expected) => {
    expect(diagnosis('lab3.even-distribution', balanced(members), response('/'))).toMatch(expected);
  });

  test.each([
    ['plain', `${two};`],
    ['equal weights', 'server 127.0.0.1:8081 weight=2;\nserver 127.0.0.1:8082 weight=2;'],
    ['a hash of each request', `hash $request_id;\n${two};`],
    ['least_conn', `least_conn;\n${two};`],
  ])('%s is blamed for nothing', (_name, members) => {
    expect(diagnosis('lab3.even-distribution', balanced(members), response('/'))).toBeUndefined();
  });
});

describe('the posters', () => {
  const posters = (lines: string): string =>
    `\nserver {\nlocation / { proxy_pass http://127.0.0.1:8080; }\n${lines}\n}`;
  const missing = response('/poster/a.jpg', { status: 404 });

  test.each([
    ['no location', '', /no location of this server begins with \/poster\/: `location \/` took/],
    [
      'the whole path added to root',
      'location /poster/ {\nroot /usr/share/nginx/poster; }',
      /\/poster\/poster\/a\.jpg \| 5:/,
    ],
    ['an alias too high', 'location /poster/ {\nalias /usr/share/nginx/; }', /\/usr\/share\/nginx\/a\.jpg \| 5:/],
  ])('with %s', (_name, lines, expected) => {
    expect(diagnosis('lab4.posters', posters(lines), missing)).toMatch(expected);
  });

  test('in the right folder: no word', () => {
    expect(diagnosis('lab4.posters', posters('location /poster/ { root /usr/share/nginx; }'), missing)).toBeUndefined();
    expect(
      diagnosis('lab4.posters', posters('location /poster/ { alias /usr/share/nginx/poster/; }'), missing),
    ).toBeUndefined();
  });

  test('through /poster../', () => {
    const text = posters('location /poster {\nalias /usr/share/nginx/poster/; }');
    expect(diagnosis('lab4.no-escape', text, response('/poster../x'))).toMatch(/\/poster\.\.\/ too.* \| 4:/);
    const closed = posters('location /poster/ { alias /usr/share/nginx/poster/; }');
    expect(diagnosis('lab4.no-escape', closed, response('/poster../x'))).toBeUndefined();
  });
});

describe('the redirect', () => {
  const onPort80 = (lines: string): string => `\nserver {\nserver_name _;\n${lines}\n}\nserver { listen 443 ssl; }`;
  const moved = response('/a?b', { status: 301 });

  test.each([
    ['a fixed host', 'return 301 https://localhost$request_uri;', moved, /names the host "localhost"/],
    ['$server_name', 'return 301 https://$server_name$request_uri;', moved, /first name of `server_name` \("_"\)/],
    ['$uri', 'return 301 https://$host$uri;', moved, /without the query/],
    ['no path', 'return 301 https://$host;', moved, /does not hold the path/],
    ['302', 'return 302 https://$host$request_uri;', response('/a?b', { status: 302 }), /temporary/],
    ['content', 'location / { root /x; }', response('/a?b'), /has no redirect/],
    [
      'a redirect for / alone',
      'location = / { return 301 https://$host; }\nlocation / { root /x; }',
      response('/a?b'),
      /one location only/,
    ],
  ])('with %s', (_name, lines, answer, expected) => {
    expect(diagnosis('lab5.redirect', onPort80(lines), answer)).toMatch(expected);
  });

  test('as it should be is blamed for nothing', () => {
    expect(diagnosis('lab5.redirect', onPort80('return 301 https://$host$request_uri;'), moved)).toBeUndefined();
  });

  test('when nobody listens on port 80', () => {
    expect(diagnosis('lab5.redirect', '\nserver { listen 443 ssl; }', response('/', { status: 0 }))).toContain(
      'listens on port 80',
    );
  });
});

test('a rule is silent about objectives that it cannot explain', () => {
  const text = '\nserver { location / { root /x; } }';
  expect(diagnosis('lab3.returns', text, response('/'))).toBeUndefined();
});

test('every rule has a name of its own and explains something', () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  expect(rules.filter(({ explains }) => explains.length === 0)).toEqual([]);
});

describe('a server that does not start', () => {
  test('a missing semicolon is named on the line that lacks it', () => {
    const text = '\nserver {\nlocation / {\nroot /usr/share/nginx/html\nindex index.html;\n}\n}';
    const [message] = explainStartup(
      [{ severity: 'emerg', text: 'invalid number of arguments in "root" directive', file: 'default.conf', line: 5 }],
      configuration(text),
    );
    expect(message).toMatchObject({
      source: 'index index.html;',
      advice: 'Line 4 has no semicolon at its end: "root /usr/share/nginx/html"',
    });
  });

  test.each([
    ['unknown directive "\ufeffserver"', 'invisible byte order mark'],
    ['invalid URL prefix', 'begins with http://'],
    ['invalid host in upstream "http://127.0.0.1:8081"', 'without http://: 127.0.0.1:8081'],
    ['host not found in upstream "catalogs"', 'no `upstream catalogs`, but `upstream catalog` on line 2'],
    ['"proxy_pass" directive is not allowed here', 'stands in a `location`'],
    ['"http" directive is not allowed here', 'begin with `server`'],
  ])('%s is said in plain words', (text, advice) => {
    const message = { severity: 'emerg', text, file: 'default.conf', line: 3 } as const;
    const [told] = explainStartup(
      [message],
      configuration('\nupstream catalog { server 127.0.0.1:8081; }\nserver { }'),
    );
    expect(told?.advice).toContain(advice);
  });

  test('a key that is not there is named by the line that names it, which nginx does not', () => {
    const text =
      'cannot load certificate key "/etc/nginx/certs/my.key": BIO_new_file() failed (SSL: No such file or directory)';
    const lines =
      '\nserver {\nssl_certificate /etc/nginx/certs/my.crt;\nssl_certificate_key /etc/nginx/certs/my.key;\n}';
    const [message] = explainStartup([{ severity: 'emerg', text }], configuration(lines));
    expect(message).toMatchObject({
      file: 'default.conf',
      line: 4,
      source: 'ssl_certificate_key /etc/nginx/certs/my.key;',
    });
    expect(message?.advice).toContain('catalog.test.crt');
  });

  test('a missing brace is named by the block that stays open', () => {
    const text = 'server {\nlocation / {\nroot /x;\n}\n';
    const { directives } = parseText(text, 'default.conf', { includes: false });
    const [message] = explainStartup(
      [{ severity: 'emerg', text: 'unexpected end of file, expecting "}"', file: 'default.conf', line: 5 }],
      { directives, files: [{ name: 'default.conf', text }] },
    );
    expect(message?.advice).toBe('A "}" is missing: the block that "server" opens on line 1 is never closed.');
  });
});

describe('names of hosts', () => {
  const catalog =
    'server { listen 443 ssl; server_name catalog.test; location / { proxy_pass http://127.0.0.1:8080; } }';
  const nobody = 'server { listen 443 ssl default_server;\n return 404; }';
  const answer = (host: string, path = '/', facts = {}) => response(path, { https: true, host, ...facts });

  test.each([
    ['6.unknown-host', catalog, answer('x.example'), /first on port 443.* \| 2:/],
    ['6.unknown-host', catalog.replace('ssl', 'ssl default_server'), answer('x.example'), /default_server.* \| 2:/],
    ['6.unknown-host', catalog.replace(' catalog', ' ~catalog'), answer('catalog.test.x'), /pattern without \^ and \$/],
    [
      '6.unknown-host',
      catalog.replace('catalog.test', '""'),
      answer(''),
      /^`server_name ""` takes a request without Host/,
    ],
    ['6.unknown-host', nobody.replace('404', '200 hello'), answer('x.example'), /answers every name.* \| 3:/],
    ['6.back-office', `${nobody}\n${catalog}`, answer('backoffice.test', '/', { status: 404 }), /says backoffice.test/],
    [
      '6.back-office',
      `${nobody}\n${catalog.replace('catalog.test', 'backoffice.test')}`,
      answer('backoffice.test'),
      /9090/,
    ],
    [
      '6.back-office',
      `${nobody}\nserver { server_name backoffice.test; }`,
      answer('backoffice.test'),
      /not listen on port 443/,
    ],
    [
      '6.posters',
      '\nserver { listen 443 ssl; server_name posters.test;\n root /usr/share/nginx; }',
      answer('posters.test', '/a.jpg', { status: 404 }),
      /looked for at \/usr\/share\/nginx\/a\.jpg \| 3:/,
    ],
    ['6.spelling', `map $http_host $x { }\n${catalog}`, answer('catalog.test:80'), /^`\$http_host`/],
  ])('%s: %#', (id, text, asked, expected) => {
    expect(diagnosis(`lab${id}`, text.startsWith('\n') ? text : `\n${text}`, asked)).toMatch(expected);
  });
});

describe('limits', () => {
  const zone = 'limit_req_zone $binary_remote_addr zone=a:1m rate=5r/s;';
  const site = (limit: string, rest = '') =>
    `\n${zone}\nserver { location /discover {\n${limit} }\n${rest} location / { } }`;
  const discover = response('/discover?type=tv');
  const refused = response('/discover', { status: 429 });

  test.each([
    ['7.limited', site(''), discover, /no `limit_req` counts for it \| 3: server/],
    ['7.limited', site('limit_req zone=a burst=10;'), response('/discover', { status: 503 }), /503 \| 4: limit_req/],
    ['7.burst', site('limit_req zone=a;'), refused, /^there is no `burst`.* \| 4:/],
    ['7.burst', site('limit_req zone=a burst=20;'), discover, /^`burst=20`/],
    ['7.burst', site('limit_req zone=a burst=10;').replace('5r/s', '9r/s'), discover, /^`rate=9r\/s`.* \| 2:/],
    ['7.steady', site('limit_req zone=a burst=10;').replace('5r/s', '5r/m'), refused, /^`rate=5r\/m`/],
    [
      '7.per-client',
      site('limit_req zone=a;').replace('$binary_remote_addr', '$host'),
      refused,
      /same for all clients/,
    ],
    ['7.per-client', site('limit_req zone=a;').replace('$binary', '$uri$binary'), refused, /another one for each page/],
    [
      '7.only-discover',
      `\n${zone}\nserver {\nlimit_req zone=a;\nlocation / { } }`,
      response('/status', { status: 429 }),
      /stands in the server.* \| 4:/,
    ],
    ['7.download-speed', site(''), response('/download/a.jpg'), /no location begins with \/download\//],
    ['7.download-speed', site('', 'location /download/ { }'), response('/download/a.jpg'), /has no `limit_rate`/],
    ['7.downloads-at-once', site('', 'location /download/ { limit_conn b 1; }'), response('/download/a'), /allows 1/],
  ])('%s: %#', (id, text, asked, expected) => {
    expect(diagnosis(`lab${id}`, text, asked)).toMatch(expected);
  });
});

describe('what is kept', () => {
  const site = (lines: string) => `\nserver {\nlocation /discover {\nproxy_cache a;\n${lines}\n}\nlocation / { } }`;
  const asked = response('/discover?type=tv');
  const good = 'proxy_cache_valid 200 5s;';

  test.each([
    ['8.hit', '\nserver { location / { } }', asked, /no `proxy_cache` counts for it \| 2:/],
    ['8.hit', site(''), asked, /no `proxy_cache_valid`.* \| 4: proxy_cache a;/],
    ['8.hit', site(`${good} proxy_cache_min_uses 2;`), asked, /only after 2 requests/],
    ['8.hit', site(`${good} proxy_cache_key $remote_addr$request_uri;`), asked, /has the visitor in it/],
    ['8.query', site(`${good} proxy_cache_key $uri;`), asked, /lacks the query/],
    ['8.methods', site(`${good} proxy_cache_methods POST;`), asked, /^`POST` is among/],
    ['8.methods', '\nserver {\nproxy_cache a;\nlocation / { } }', response('/status'), /stands in the server.* \| 3:/],
    ['8.errors', site('proxy_cache_valid any 5s;'), asked, /^`any` keeps errors/],
    ['8.errors', site('proxy_cache_valid 200 404 5s;'), asked, /status 404/],
    ['8.expires', site('proxy_cache_valid 200 5m;'), asked, /kept for 5m/],
    ['8.status-header', site(good), asked, /^no `add_header X-Cache-Status`/],
    ['8.status-header', site('add_header X-Cache-Status HIT;'), asked, /says `HIT`/],
    ['8.one-request', site(good), asked, /^without `proxy_cache_lock on`/],
    ['8.stale', site('proxy_cache_use_stale updating;'), asked, /does not name `error`.* \| 5:/],
    ['8.private', site('proxy_ignore_headers Set-Cookie;'), asked, /not to listen to Set-Cookie/],
    ['8.authorization', site(good), asked, /^no `proxy_cache_bypass`/],
    ['8.authorization', site('proxy_cache_bypass $http_authorization;'), asked, /^no `proxy_no_cache`/],
  ])('%s: %#', (id, text, answer, expected) => {
    expect(diagnosis(`lab${id}`, text, answer)).toMatch(expected);
  });
});

describe('programs that do not speak HTTP', () => {
  const site = (lines: string) => `\nserver {\n${lines}\n}`;
  const asked = response('/live');
  const list = 'uwsgi_param REQUEST_METHOD $request_method;';
  const rest = 'uwsgi_param REQUEST_URI $request_uri; uwsgi_param QUERY_STRING $args;';

  test.each([
    [
      'uwsgi',
      site('location / { proxy_pass http://127.0.0.1:3031; }'),
      /^`proxy_pass` speaks HTTP.* speaks uwsgi \| 3:/,
    ],
    [
      'fastcgi',
      site('location / { fastcgi_pass 127.0.0.1:3031; }'),
      /^`fastcgi_pass` speaks FastCGI.*3031 speaks uwsgi/,
    ],
    ['uwsgi', site('location / { uwsgi_pass 127.0.0.1:3031; }'), undefined],
    ['targets', site('location / { uwsgi_pass 127.0.0.1:3031; }'), /^no `uwsgi_param` counts here/],
    [
      'targets',
      site(`${list}\nlocation / {\nuwsgi_param X y;\nuwsgi_pass 127.0.0.1:3031; }`),
      /does not count here any more \| 5:/,
    ],
    ['targets', site(`location / { ${list} uwsgi_pass 127.0.0.1:3031; }`), /^no `uwsgi_param REQUEST_URI` counts here/],
    [
      'targets',
      site(`location / { ${list} ${rest}\nuwsgi_param PATH_INFO $uri; uwsgi_pass 127.0.0.1:3031; }`),
      undefined,
    ],
    [
      'targets',
      site(`location / { ${list} ${rest}\nuwsgi_param PATH_INFO $request_uri; uwsgi_pass 127.0.0.1:3031; }`),
      /^`PATH_INFO` holds `\$request_uri`, and not `\$document_uri` \| 4:/,
    ],
    ['unix-socket', site('location / { uwsgi_pass 127.0.0.1:3031; }'), /is a port; a socket is written `unix:`/],
    [
      'client-address',
      site(`location / { ${list} uwsgi_param REMOTE_ADDR $http_x_real_ip; uwsgi_pass a; }`),
      /^`\$http_x_real_ip` is a header/,
    ],
    ['live', site('location / { uwsgi_pass 127.0.0.1:3031; }'), /^uwsgi has no upgrade/],
    ['live', site('location / { proxy_pass http://127.0.0.1:8080; }'), /HTTP\/1\.0/],
    [
      'live',
      site('location / { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_pass http://a; }'),
      /no `proxy_set_header` for connection \|/,
    ],
    [
      'answers',
      site('uwsgi_intercept_errors on; location / { uwsgi_pass a; }'),
      /^`uwsgi_intercept_errors on` replaces/,
    ],
  ])('lab12.%s: %#', (id, text, expected) => {
    const found = diagnosis(`lab12.${id}`, text, asked);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(expected);
  });
});

describe('a log for programs', () => {
  const site = (format: string, log = 'access_log a.log json;'): string =>
    `\nlog_format json ${format};\nserver { server_name catalog.test; ${log} location / { } }`;
  const answer = response('/status');
  const failed = (expected: string, received = ''): Partial<Case> => ({
    objective: { id: 'lab13.access-log', expected, received },
  });

  test('that has no escape=json', () => {
    const json = `'{"status":$status}'`;
    expect(diagnosis('lab13.access-log', site(json), answer, failed('a line of JSON for GET /'))).toMatch(
      /escape=json/,
    );
    const escaped = site(`escape=json ${json}`);
    expect(diagnosis('lab13.access-log', escaped, answer, failed('a line of JSON for GET /'))).toBeUndefined();
  });

  test('that is written in another format', () => {
    const main = site(`escape=json '{}'`, 'access_log a.log;');
    expect(diagnosis('lab13.access-log', main, answer, failed('a line of JSON for GET /'))).toMatch(/`combined`/);
  });

  test('that lacks a field, or fills it with something else', () => {
    const without = site(`escape=json '{"status":$status}'`);
    const expected = failed('"request_time" in seconds for GET /');
    expect(diagnosis('lab13.access-log', without, answer, expected)).toMatch(/called "request_time"/);
    const other = site(`escape=json '{"request_time":$msec}'`);
    expect(diagnosis('lab13.access-log', other, answer, expected)).toMatch(/something else than `\$request_time`/);
  });

  test('that is written twice', () => {
    const twice = site(`escape=json '{}'`, 'access_log a.log json;\naccess_log a.log json;');
    expect(diagnosis('lab13.access-log', twice, answer, failed('one line', '2 lines'))).toMatch(/2 lines .* \| 4:/);
  });
});

describe('many at once', () => {
  const site = (inside: string, upstream = 'server 127.0.0.1:8081; server 127.0.0.1:8082;') =>
    `\nupstream c {\n${upstream}\n}\nserver { listen 80;\nlocation / { proxy_pass http://c; }\n${inside}\n}`;
  const answer = (type: string, more: Record<string, string> = {}) =>
    response('/films', { headers: { 'content-type': type, ...more } });
  const json = answer('application/json');
  const two = 'server 127.0.0.1:8081 max_fails=2; server 127.0.0.1:8082;';

  test.each([
    ['workers', 'worker_processes 1;', json, undefined, /^`worker_processes 1` makes one here \| 1:/],
    ['workers', 'worker_processes 4;', json, undefined, undefined],
    ['workers', 'master_process off; worker_processes 4;', json, undefined, /^`master_process off`/],
    ['workers', site(''), json, undefined, /^no `worker_processes` is written/],
    ['compression', site(''), json, undefined, /^`gzip on` does not count/],
    ['compression', site('gzip on;'), json, undefined, /^application\/json is not among the `gzip_types`/],
    [
      'compression',
      site('gzip on; gzip_types image/jpeg;'),
      answer('image/jpeg'),
      undefined,
      /compressed already \| 7:/,
    ],
    [
      'compression',
      site('gzip on; gzip_types *;'),
      answer('application/json', { 'content-encoding': 'gzip' }),
      undefined,
      /^without `gzip_vary on`/,
    ],
    ['compression', site('gzip on; gzip_types *; gzip_min_length 9k;'), json, undefined, /^`gzip_min_length 9k`/],
    ['reuse', site(''), json, undefined, /^`upstream c` has no `keepalive`/],
    ['failover', site('', `${two} server 127.0.0.1:8080;`), json, undefined, /^without `backup` .* \| 3:/],
    ['failover', site('', two), json, undefined, /^nobody but the two/],
    ['failover', site('', `${two} server 127.0.0.1:8080 backup;`), json, undefined, undefined],
    ['failover', site('', two.replace('=2', '=0')), json, 'an instance is asked 4 times', /^`max_fails=0`/],
    ['failover', site('', two.replace('max_fails=2', 'fail_timeout=1s')), json, 'it is asked', /asked again that soon/],
    ['failover', site('', two), json, 'it is asked 4 times', undefined],
    ['reload', 'worker_shutdown_timeout 1s;', json, undefined, /^`worker_shutdown_timeout 1s` cuts off/],
    ['sticky', site(''), json, undefined, /^`upstream c` deals requests out in turn/],
    ['sticky', site('', `ip_hash; ${two}`), json, undefined, /^the client’s address decides/],
    ['sticky', site('', `hash $uri; ${two}`), json, undefined, /^`\$uri` decides/],
    ['sticky', site('', `hash $cookie_visit; ${two}`), json, undefined, undefined],
  ] as const)('lab11.%s: %#', (slug, text, answered, expected, because) => {
    const id = `lab11.${slug}`;
    const objective = { id, expected: expected ?? '', received: '' };
    const found = diagnosis(id, text, answered, { objective });
    if (because === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(because);
  });

  test('lab11.broken: the last word is that of the main error_log', () => {
    const { directives } = parseText('error_log /dev/null;\nhttp { }', 'nginx.conf', { includes: false });
    const finding = diagnose({
      objective: { id: 'lab11.broken', expected: 'a line in the error log', received: 'none' },
      responses: [],
      seen: [],
      configuration: { directives, files: [{ name: 'nginx.conf', text: 'error_log /dev/null;\nhttp { }' }] },
      errorLog: [],
    });
    expect(finding?.because).toMatch(/^`error_log \/dev\/null` is where/);
    expect(finding?.blame?.line).toBe(1);
  });
});
