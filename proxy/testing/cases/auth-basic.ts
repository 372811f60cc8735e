import { type CaseFile, get } from '../case-file.ts';

const basic = (text: string): string => `Authorization: Basic ${Buffer.from(text, 'latin1').toString('base64')}\r\n`;
const as = (user: string, target = '/files/page'): string => get(target, basic(user));

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html',
  http: `
    log_format user '$remote_user $status $request_uri'; access_log LOGS/user.log user;
    map $arg_realm $realm { default "$arg_realm"; "" "mapped"; }
    map $arg_file $users { default FOLDER/html/users; missing FOLDER/html/nobody; folder FOLDER/html; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /files/ { auth_basic "closed site"; auth_basic_user_file FOLDER/html/users; alias FOLDER/html/; }
      location /relative/ { auth_basic closed; auth_basic_user_file html/users; alias FOLDER/html/; }
      location /variable/ { auth_basic $realm; auth_basic_user_file $users; alias FOLDER/html/; }
      location /nofile/ { auth_basic closed; alias FOLDER/html/; }
      location /norealm/ { auth_basic_user_file FOLDER/html/users; alias FOLDER/html/; }
      location /outer/ {
        auth_basic closed; auth_basic_user_file FOLDER/html/users; alias FOLDER/html/;
        location /outer/off/ { auth_basic off; alias FOLDER/html/; }
        location /outer/in/ { alias FOLDER/html/; }
      }
      location /any/ {
        satisfy any; allow 192.0.2.0/24; deny all; auth_basic closed; auth_basic_user_file FOLDER/html/users;
        alias FOLDER/html/;
      }
      location /any-in/ {
        satisfy any; allow 127.0.0.1; deny all; auth_basic closed; auth_basic_user_file FOLDER/html/users;
        alias FOLDER/html/;
      }
      location /all/ {
        satisfy all; deny 192.0.2.0/24; allow all; auth_basic closed; auth_basic_user_file FOLDER/html/users;
        alias FOLDER/html/;
      }
      location /all-out/ {
        satisfy all; deny all; auth_basic closed; auth_basic_user_file FOLDER/html/users; alias FOLDER/html/;
      }
      location /except/ {
        alias FOLDER/html/; limit_except GET { auth_basic closed; auth_basic_user_file FOLDER/html/users; }
      }
      location /errors/ {
        auth_basic closed; auth_basic_user_file FOLDER/html/users; alias FOLDER/html/; error_page 401 /page;
      }
      location /named/ {
        auth_basic closed; auth_basic_user_file FOLDER/html/users; error_page 401 = @login;
      }
      location @login { return 302 /login; }
      location /return { auth_basic closed; auth_basic_user_file FOLDER/html/users; return 200 "too early"; }
      location /user { auth_basic closed; auth_basic_user_file FOLDER/html/users; try_files /none @user; }
      location @user { return 200 "$remote_user"; }
    }`,
  files: {
    page: 'inside',
    users: [
      '# users of the test',
      '',
      'plain:{PLAIN}secret:a comment',
      'empty:{PLAIN}',
      'sha:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
      'ssha:{SSHA}e7LpqdFVnZIjBKnI6QIcZkF9yvtzYWx0eQ==',
      'apr1:$apr1$abcdefgh$gpA7CuEWdqK4pBKKqPG/S.',
      'des:abNANd1rDfiNc',
      'windows:{PLAIN}secret\r',
      'twice:{PLAIN}first',
      'twice:{PLAIN}second',
      'bad:$9$x',
      'nothing:',
      'last:{PLAIN}secret',
    ].join('\n'),
  },
  errorLog: 'info',
  logs: ['user.log'],
  requests: {
    'without credentials': get('/files/page'),
    'another scheme': get('/files/page', 'Authorization: Bearer abc\r\n'),
    'the scheme in any case': get('/files/page', basic('plain:secret').replace('Basic', 'bAsIc')),
    'several spaces': get('/files/page', basic('plain:secret').replace('Basic ', 'Basic    ')),
    'nothing behind the scheme': get('/files/page', 'Authorization: Basic\r\n'),
    'what is no base64': get('/files/page', 'Authorization: Basic ???\r\n'),
    'base64 of a wrong length': get('/files/page', 'Authorization: Basic cGxhaW\r\n'),
    'no colon': as('plainsecret'),
    'an empty user': as(':secret'),
    'a password in clear': as('plain:secret'),
    'a wrong password': as('plain:secreT'),
    'a longer password': as('plain:secret2'),
    'an unknown user': as('nobody:secret'),
    'part of a name': as('plai:secret'),
    'a name and more': as('plain2:secret'),
    'a comment is no user': as('# users of the test:'),
    'an empty password': as('empty:'),
    'SHA-1': as('sha:secret'),
    'SHA-1, wrong': as('sha:other'),
    'SSHA, wrong': as('ssha:other'),
    'apr1, wrong': as('apr1:other'),
    crypt: as('des:secret'),
    'crypt looks at eight characters': as('des:secret78'),
    'a file of another system': as('windows:secret'),
    'of two lines the first': as('twice:second'),
    'a hash that nobody knows': as('bad:$9$x'),
    'no hash': as('nothing:'),
    'a last line without line end': as('last:secret'),
    'a user with a quote': as('a"b:c'),
    'a path relative to the configuration': as('plain:secret', '/relative/page'),
    'a realm with variables': get('/variable/page?realm=own'),
    'a realm that is off': get('/variable/page?realm=off'),
    'a file with variables': as('plain:secret', '/variable/page'),
    'a file that is missing': as('plain:secret', '/variable/page?file=missing'),
    'a folder for a file': get('/variable/page?file=folder'),
    'without file nothing is asked': get('/nofile/page'),
    'without realm nothing is asked': get('/norealm/page'),
    off: get('/outer/off/page'),
    inherited: get('/outer/in/page'),
    'satisfy any: neither': get('/any/page'),
    'satisfy any: the user': as('plain:secret', '/any/page'),
    'satisfy any: the address': get('/any-in/page'),
    'satisfy all: both': as('plain:secret', '/all/page'),
    'satisfy all: no user': get('/all/page'),
    'satisfy all: no address': as('plain:secret', '/all-out/page'),
    'limit_except, excepted': get('/except/page'),
    'limit_except, not excepted': 'DELETE /except/page HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'an error page': get('/errors/page'),
    'a named location': get('/named/page'),
    'return comes before': get('/return'),
    $remote_user: as('plain:secret', '/user'),
    HEAD: 'HEAD /files/page HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'doubled slashes': get('//files//page'),
    'escaped letters': get('/%66iles/page'),
    'dot segments': get('/x/../files/page'),
  },
  configurations: {
    'one realm': 'auth_basic a; auth_basic b;',
    'one file': 'auth_basic_user_file a; auth_basic_user_file b;',
    'one word': 'auth_basic a b;',
    'not in if': 'server { location / { if ($uri) { auth_basic a; } } }',
  },
} satisfies CaseFile;
