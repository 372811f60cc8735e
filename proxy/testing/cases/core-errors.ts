import { type CaseFile, get, post } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page',
  http: `
    error_page 418 /teapot;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      error_page 404 /404.html; error_page 500 502 503 504 /50x.html;
      location /own/ { error_page 404 /own.html; }
      location /code/ { error_page 404 =200 /own.html; }
      location /code-410/ { error_page 404 =410 /own.html; }
      location /page-code/ { error_page 404 = /says-201; }
      location /says-201 { return 201 "made here"; }
      location /says-403 { return 403; }
      location /keeps/ { error_page 404 /says-201; }
      location /named/ { error_page 404 @named; }
      location /named-code/ { error_page 404 =402 @named; }
      location /named-page-code/ { error_page 404 = @named; }
      location @named { return 203 "named $uri $status"; }
      location /url/ { error_page 404 http://other.test/x; }
      location /url-301/ { error_page 404 =301 http://other.test$uri; }
      location /url-code/ { error_page 404 =500 http://other.test/x; }
      location /several/ { error_page 403 404 410 /own.html; location /several/403 { return 403; } location /several/410 { return 410; } }
      location /variable/ { error_page 404 /$arg_p.html; }
      location /query/ { error_page 404 /show?a=$arg_a; }
      location /show { return 200 "uri=$uri args=$args"; }
      location /missing-page/ { error_page 404 /nowhere.html; }
      location /circle/ { error_page 404 /circle/again; }
      location /recursive/ { recursive_error_pages on; error_page 404 /says-403-page; }
      location /says-403-page { recursive_error_pages on; error_page 403 /own.html; return 403; }
      location /not-recursive/ { error_page 404 /says-403-page2; }
      location /says-403-page2 { error_page 403 /own.html; return 403; }
      location /inner/ { error_page 404 /hidden; }
      location /hidden { internal; return 200 "hidden, but shown here"; }
      location /deny/ { deny all; error_page 403 /own.html; }
      location /deny-code/ { deny all; error_page 403 =404 /own.html; }
      location /large/ { client_max_body_size 1k; error_page 413 =200 /own.html; }
      location /method/ { limit_except GET { deny all; } error_page 403 /method-shown; }
      location /method-shown { return 200 "$request_method"; }
      location /redirect { return 302 /x; error_page 302 /own.html; }
      location /answer { return 401; error_page 401 /own.html; }
      location /gone-app { proxy_pass http://127.0.0.1:1; }
      location /intercept/ { proxy_pass http://127.0.0.1:APP; proxy_intercept_errors on; error_page 404 =200 /own.html; }
      location /no-intercept/ { proxy_pass http://127.0.0.1:APP; error_page 404 =200 /own.html; }
      location /empty-server { return 418; }
      location /silent/ { log_not_found off; }
      location /try/ { try_files $uri $uri/ /fallback.html; }
      location /try-code/ { try_files $uri =410; }
      location /try-named/ { try_files $uri @named; }
      location /try-query/ { try_files $uri /show?from=$uri&$args; }
      location /try-folder/ { try_files $uri/ =404; }
      location /try-alias/ { alias FOLDER/html/sub/; try_files $uri =404; }
      location /try-app/ { try_files $uri @app; }
      location @app { proxy_pass http://127.0.0.1:APP; }
      location /try-circle/ { try_files /nothing /try-circle/x; }
      location /try-two/ { try_files /nothing /sub/page.html =404; }
      location /post-action { post_action /after; return 200 x; }
      location /after { return 200; }
    }
    server { listen 127.0.0.1:PORT; server_name two.test; location / { return 404; } }`,
  files: {
    '404.html': 'not found here',
    '50x.html': 'sorry',
    'own.html': 'own page',
    'fallback.html': 'fallback',
    'sub/page.html': 'sub page',
    'sub/index.html': 'sub index',
    'try-folder/sub/index.html': 'folder index',
    'try/there.html': 'there',
  },
  app: (request, response) => {
    response.statusCode = request.url!.includes('404') ? 404 : 200;
    response.end(`application ${request.method} ${request.url}`);
  },
  errorLog: 'error',
  requests: {
    'a page of the server': get('/nowhere'),
    'a page of the location instead': get('/own/x'),
    'another status': get('/code/x'),
    'another status, not 200': get('/code-410/x'),
    'the status of the page': get('/page-code/x'),
    'the status of the error': get('/keeps/x'),
    'a named location': get('/named/x'),
    'a named location with a status': get('/named-code/x'),
    'a named location with its own status': get('/named-page-code/x'),
    'a URL': get('/url/x'),
    'a URL with 301': get('/url-301/x'),
    'a URL with a status that is no redirect': get('/url-code/x'),
    'several statuses: 404': get('/several/x'),
    'several statuses: 403': get('/several/403'),
    'several statuses: 410': get('/several/410'),
    'a page by variable': get('/variable/x?p=own'),
    'a page with a query': get('/query/x?a=1'),
    'a page that is missing': get('/missing-page/x'),
    'a page that is an error itself': get('/circle/x'),
    'recursive_error_pages on': get('/recursive/x'),
    'recursive_error_pages off': get('/not-recursive/x'),
    'an internal page': get('/inner/x'),
    'an internal page from outside': get('/hidden'),
    'access denied': get('/deny/x'),
    'access denied, told as missing': get('/deny-code/x'),
    'a body that is too large': post('/large/x', 'x'.repeat(2000)),
    'the method becomes GET': 'DELETE /method/x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'HEAD stays HEAD': 'HEAD /own/x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a redirect that is made a page': get('/redirect'),
    '401': get('/answer'),
    '502 has a page': get('/gone-app'),
    'proxy_intercept_errors on': get('/intercept/404'),
    'proxy_intercept_errors off': get('/no-intercept/404'),
    'not inherited where there are own ones': get('/empty-server'),
    'inherited from http': get('/x', '', 'two.test'),
    'log_not_found off': get('/silent/x'),
    'try_files: the file': get('/try/there.html'),
    'try_files: the fallback': get('/try/x'),
    'try_files: a status': get('/try-code/x'),
    'try_files: a named location': get('/try-named/x'),
    'try_files: a query': get('/try-query/x?y=z'),
    'try_files: a folder': get('/try-folder/sub'),
    'try_files: a folder that is missing': get('/try-folder/x'),
    'try_files with alias': get('/try-alias/page.html'),
    'try_files before an application': post('/try-app/x', 'a=b'),
    'try_files in a circle': get('/try-circle/y'),
    'try_files: a second file': get('/try-two/x'),
    post_action: get('/post-action'),
  },
  configurations: {
    'a status below 300': 'error_page 299 /x;',
    'a status that is none': 'error_page abc /x;',
    'a response that is none': 'error_page 404 =abc /x;',
    'nothing but a response': 'error_page =200 /x;',
    '499': 'error_page 499 /x;',
    'one word': 'error_page 404;',
    'try_files twice': 'server { try_files a b; try_files c d; }',
    'try_files with a bad code': 'server { try_files a =1000; }',
    'try_files with one word': 'server { try_files a; }',
    'try_files in http': 'try_files a b;',
    'internal twice': 'server { location / { internal; internal; } }',
  },
} satisfies CaseFile;
