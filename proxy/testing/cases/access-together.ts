import { type CaseFile, get } from '../case-file.ts';

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'PROPFIND',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'FETCH',
  'get',
];
const each = (target: string): string[] => methods.map((method) => get(target).replace('GET', method));
const user = `Authorization: Basic ${btoa('me:secret')}\r\n`;
const stranger = `Authorization: Basic ${btoa('me:wrong')}\r\n`;
const from = (address: string): string => `X-Real-IP: ${address}\r\n`;

/** access, auth_basic and auth_request together (satisfy), and limit_except. */
export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy',
  http: `
    set_real_ip_from 127.0.0.1;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      auth_basic_user_file FOLDER/html/users;
      location /all/ { satisfy all; allow 10.0.0.0/8; deny all; auth_basic one; alias FOLDER/html/; }
      location /any/ { satisfy any; allow 10.0.0.0/8; deny all; auth_basic one; alias FOLDER/html/; }
      location /any-open/ { satisfy any; auth_basic one; alias FOLDER/html/; }
      location /any-allow/ { satisfy any; allow all; auth_basic one; alias FOLDER/html/; }
      location /any-request/ { satisfy any; allow 10.0.0.0/8; deny all; auth_basic one; auth_request /ask; alias FOLDER/html/; }
      location /all-request/ { satisfy all; allow 10.0.0.0/8; deny all; auth_basic one; auth_request /ask; alias FOLDER/html/; }
      location /any-page/ { satisfy any; deny all; auth_basic one; error_page 401 = @ask; error_page 403 = @no; alias FOLDER/html/; }
      location @ask { return 200 "who are you?"; }
      location @no { return 200 "no"; }
      location = /ask { internal; if ($arg_ok = no) { return 403; } if ($arg_ok = who) { return 401; } if ($arg_ok = broken) { return 500; } return 204; }
      location /outer/ { satisfy any; deny all; auth_basic one; location /outer/in/ { alias FOLDER/html/; } location /outer/all/ { satisfy all; alias FOLDER/html/; } location /outer/off/ { auth_basic off; alias FOLDER/html/; } location /outer/allow/ { allow all; alias FOLDER/html/; } }
      location /delay/ { auth_basic one; auth_delay 100ms; alias FOLDER/html/; }
      location /realm/ { auth_basic "a \\"b\\" $host $arg_r"; alias FOLDER/html/; }
      location /chosen/ { auth_basic $arg_r; alias FOLDER/html/; }
      location /files/ { auth_basic one; auth_basic_user_file FOLDER/html/$arg_f; alias FOLDER/html/; }
      location /order/ { allow 10.1.0.0/16; deny 10.0.0.0/8; allow 10.2.0.1; allow ::1; deny 2001:db8::/32; alias FOLDER/html/; }
      location /unix/ { allow unix:; deny all; alias FOLDER/html/; }
      location /get/ { limit_except GET { deny all; } alias FOLDER/html/; }
      location /head/ { limit_except HEAD { deny all; } alias FOLDER/html/; }
      location /several/ { limit_except GET POST PUT { auth_basic limited; } proxy_pass http://127.0.0.1:APP; }
      location /dav/ { limit_except OPTIONS PROPFIND MKCOL COPY MOVE LOCK UNLOCK PROPPATCH PATCH { deny all; } proxy_pass http://127.0.0.1:APP; }
      location /proxied/ { limit_except GET { proxy_pass http://127.0.0.1:1; } proxy_pass http://127.0.0.1:APP; }
      location /returned/ { limit_except GET { deny all; } return 200 "first"; }
      location /nested/ { limit_except GET { deny all; } location /nested/in/ { alias FOLDER/html/; } }
      location /headers/ { limit_except GET { deny all; } add_header Allow GET always; error_page 403 = @no; alias FOLDER/html/; }
      location /allowed/ { deny all; limit_except GET { allow all; } proxy_pass http://127.0.0.1:APP; }
    }`,
  files: {
    page: 'a page',
    users: 'me:{PLAIN}secret\n# a remark\nother:{PLAIN}x:comment\nempty:\n',
    'not-users': 'nothing here',
    folder: 'x',
  },
  app: (request, response) => void response.end(`${request.method} ${request.url}`),
  errorLog: 'error',
  requests: {
    ...Object.fromEntries(
      ['all', 'any', 'any-open', 'any-allow', 'any-page', 'outer/in', 'outer/all', 'outer/off', 'outer/allow'].map(
        (name) => [
          `${name}: addresses and users`,
          ['10.1.2.3', '192.0.2.1'].flatMap((address) =>
            ['', user, stranger].map((who) => get(`/${name}/page`, `${from(address)}${who}`)),
          ),
        ],
      ),
    ),
    ...Object.fromEntries(
      ['any-request', 'all-request'].map((name) => [
        `${name}: addresses, users and a question`,
        ['10.1.2.3', '192.0.2.1'].flatMap((address) =>
          ['', user, stranger].flatMap((who) =>
            ['yes', 'no', 'who', 'broken'].map((ok) => get(`/${name}/page?ok=${ok}`, `${from(address)}${who}`)),
          ),
        ),
      ]),
    ),
    auth_delay: [get('/delay/page', stranger), get('/delay/page', user), get('/delay/page')],
    'a realm with quotes and variables': [get('/realm/page?r=x'), get('/realm/page?r=%22')],
    'a realm that may be off': [get('/chosen/page?r=off'), get('/chosen/page?r=on'), get('/chosen/page')],
    'files of users': ['users', 'not-users', 'nowhere', '', 'page'].map((file) => get(`/files/page?f=${file}`, user)),
    'users of all kinds': [
      'me:secret',
      'other:x',
      'other:y',
      'empty:',
      'nobody:x',
      'me',
      ':',
      '',
      'me:secret:more',
      '# a remark:x',
    ].map((pair) => get('/all/page', `${from('10.1.1.1')}Authorization: Basic ${btoa(pair)}\r\n`)),
    'a header of all kinds': [
      'Basic',
      'Basic ',
      'basic bWU6c2VjcmV0',
      'BASIC bWU6c2VjcmV0',
      'Basic  bWU6c2VjcmV0',
      'Basic\tbWU6c2VjcmV0',
      'Basicx',
      'Bearer x',
      'Basic bWU6c2VjcmV0=',
      'Basic bWU6c2VjcmV0 x',
      'Basic !!!!',
      'Basic bWU6c2VjcmV',
    ].map((value) => get('/all/page', `${from('10.1.1.1')}Authorization: ${value}\r\n`)),
    'the first rule that fits': [
      '10.1.0.1',
      '10.2.0.1',
      '10.3.0.1',
      '11.0.0.1',
      '::1',
      '2001:db8::1',
      '2001:db9::1',
      '::ffff:10.2.0.1',
      '::ffff:10.1.0.1',
    ].map((address) => get('/order/page', from(address))),
    'unix sockets alone': get('/unix/page'),
    'limit_except GET': each('/get/page'),
    'limit_except HEAD': each('/head/page'),
    'limit_except with a password': each('/several/page'),
    'limit_except for WebDAV': each('/dav/page'),
    'limit_except to another application': each('/proxied/page'),
    'limit_except and return': each('/returned/page'),
    'limit_except is inherited': each('/nested/in/page'),
    'limit_except and what the location says': each('/headers/page'),
    'limit_except allows': each('/allowed/page'),
  },
  configurations: {
    'satisfy twice': 'satisfy any; satisfy all;',
    'an address that is none': 'deny 1.2.3;',
    'a network that is none': 'deny 1.2.3.4/33;',
    'a network with bits': 'deny 1.2.3.4/24;',
    'all and more': 'deny all all;',
    'a name': 'allow localhost;',
    'a delay that is none': 'auth_delay x;',
    'a method twice': 'server { location / { limit_except GET GET { } } }',
    'limit_except twice': 'server { location / { limit_except GET { deny all; } limit_except POST { deny all; } } }',
    'limit_except in limit_except': 'server { location / { limit_except GET { limit_except POST { } } } }',
    'a location in limit_except': 'server { location / { limit_except GET { location /x { } } } }',
    'no methods': 'server { location / { limit_except { } } }',
    'small letters': 'server { location / { limit_except get { } } }',
    'auth_request twice': 'auth_request /a; auth_request /b;',
    'auth_request_set of no variable': 'auth_request_set a b;',
    'auth_request_set of a variable that is built in': 'auth_request_set $host b;',
  },
} satisfies CaseFile;
