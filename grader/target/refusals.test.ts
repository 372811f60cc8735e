import { describe, expect, test } from 'vitest';
import { nginxMissing } from '../testing/nginx.ts';
import { labFor, Targets } from '../testing/targets.ts';

const server = (text: string) => `server { listen 80; ${text} }`;
const location = (text: string) => server(`location / { ${text} }`);

/** What the check says of a configuration that it refuses; undefined when it starts it. */
async function refusal(text: string): Promise<string | undefined> {
  await using targets = new Targets();
  const { startup } = await targets.configuration(text, labFor(), 'reference');
  return startup.messages.find(({ severity }) => severity === 'refused')?.text;
}

/** Each would reach something outside of the lab's world, on the machine of whoever grades it. */
const waysOut: Readonly<Record<string, readonly string[]>> = {
  'code of its own': [
    'load_module modules/x.so;',
    location("perl 'sub { }';"),
    'perl_modules /tmp;',
    'js_import /tmp/x.js;',
    location('js_content x.y;'),
    'lua_package_path /tmp/?.lua;',
    location('content_by_lua_file /tmp/x.lua;'),
    'ssl_engine evil;',
    server('ssl_conf_command Engines evil;'),
  ],
  'the environment and the process': ['env AWS_SECRET_ACCESS_KEY;', 'working_directory /root;', 'debug_points abort;'],
  'what the machine has': ['worker_processes 5000;', 'worker_processes 2;\nevents { worker_connections 10000000; }'],
  'files by include': [
    'include /etc/passwd;',
    'include ../../etc/passwd;',
    'include /etc/nginx/../passwd;',
    server('types { include /etc/passwd; }'),
    'map $uri $x { include /etc/passwd; }',
    'include /etc/nginx/conf.d/x\\*.conf;',
    'include /etc/nginx/conf.d/[[:alpha:]]*.conf;',
  ],
  'files by name': [
    location('root /;'),
    location('root /etc;'),
    location('alias /root/;'),
    location('alias ../../../../etc/;'),
    server('error_log /etc/cron.d/x;'),
    server('access_log /home/x/.ssh/authorized_keys;'),
    server('access_log /var/log/nginx/../../../tmp/x;'),
    server('error_log syslog:server=192.0.2.1;'),
    'pid /etc/passwd;',
    server('auth_basic_user_file /etc/shadow;'),
    server('ssl_certificate /etc/ssl/private/x.pem;'),
    server('ssl_certificate_key "engine:evil:x";'),
    server('ssl_conf_command VerifyCAFile /etc/shadow;'),
    server('client_body_temp_path /tmp/x;'),
    server('proxy_temp_path /tmp/x;'),
    server('grpc_ssl_certificate_key /root/.ssh/id_rsa;'),
    location('proxy_pass http://127.0.0.1:8080; proxy_store /tmp/x$uri;'),
    'proxy_cache_path /tmp/x keys_zone=a:1m;',
  ],
  'files by variables': [
    server('set $x /etc; root $x;'),
    server('set $x ..; root /usr/share/nginx/$x;'),
    server('set $d .; root /usr/share/nginx/$d$d/$d$d/etc;'),
    server('set $d .; root /usr/share/nginx/.$d/.$d/etc;'),
    server('set $d .; root /usr/share/nginx/$d./$d./etc;'),
    server('set $d .; set $x "$d$d"; root /usr/share/nginx/$x/;'),
    `map $uri $x { default ../../../../etc; }\n${server('root /usr/share/nginx/$x;')}`,
    `map $uri $x { default x..; }\n${server('root /usr/share/nginx/$x/;')}`,
    `map $uri $x { default /etc; }\n${server('root $x;')}`,
    location('alias $document_root/../../../etc/;'),
    location('alias "${document_root}/../../../etc/";'),
    location('try_files /../../etc/passwd =404;'),
  ],
  'other machines': [
    location('proxy_pass http://169.254.169.254;'),
    location('proxy_pass http://[fd00::1]:80;'),
    location('proxy_pass http://2130706433:22;'),
    location('fastcgi_pass 10.0.0.1:9000;'),
    location('uwsgi_pass 10.0.0.1:3031;'),
    location('grpc_pass grpc://10.0.0.1:50051;'),
    location('memcached_pass 10.0.0.1:11211;'),
    `upstream x { server 10.0.0.1:80; }\n${location('proxy_pass http://x;')}`,
    server('set $h 10.0.0.1; location / { proxy_pass http://$h; }'),
    server('set $a 10.0; set $b .0.1; location / { proxy_pass http://$a$b; }'),
    server('set $a .example.com; location / { proxy_pass http://localhost$a; }'),
    server('set $a @10.0.0.1; location / { proxy_pass http://127.0.0.1$a; }'),
    `map $uri $h { default 10.0.0.1:80; }\n${location('proxy_pass http://$h;')}`,
    `split_clients $uri $h { * 10.0.0.1; }\n${location('proxy_pass http://$h;')}`,
    location('proxy_pass http://$host;'),
    location('proxy_pass http://$arg_to;'),
    location('proxy_pass $scheme://10.0.0.1/;'),
    server('location ~ ^/to/(.*) { proxy_pass http://$1; }'),
    server('resolver 192.0.2.53;'),
    server('ssl_stapling_responder http://10.0.0.1/;'),
    'stream { server { listen 81; proxy_pass 10.0.0.1:22; } }',
    'mail { server { listen 81; } }',
  ],
  'other programs of this machine': [
    location('proxy_pass http://unix:/var/run/docker.sock;'),
    location('fastcgi_pass unix:/run/php/php-fpm.sock;'),
    location('uwsgi_pass unix:/run/catalog.sock;'),
    location('uwsgi_pass unix:/run/$arg_x;'),
    `upstream x { server unix:/var/run/docker.sock; }\n${location('proxy_pass http://x;')}`,
    server('set $p 5432; location / { proxy_pass http://127.0.0.1:$p; }'),
    server('set $p 2; location / { proxy_pass http://127.0.0.1:543$p; }'),
    'server { listen unix:/tmp/x.sock; }',
    'server { listen 192.168.0.1:80; }',
  ],
};

describe('a configuration is refused before anything starts when it reaches for', () => {
  for (const [what, texts] of Object.entries(waysOut)) {
    test.for(texts)(`${what}: %s`, async (text) => {
      expect(await refusal(text)).toBeTypeOf('string');
    });
  }

  test('what lies deeper than it is read', async () => {
    await using targets = new Targets();
    const depth = 40;
    const files: Record<string, string> = { 'nginx.conf': 'include /etc/nginx/d0.x; events {} http {}' };
    for (let at = 0; at < depth; at++)
      files[`d${at}.x`] = at === depth - 1 ? 'load_module /tmp/x.so;' : `include d${at + 1}.x;`;
    const path = targets.write(files);
    const { startup } = await targets.open({ kind: 'configuration', path, engine: 'reference' });
    expect(startup.messages).toContainEqual(expect.objectContaining({ severity: 'refused' }));
  });
});

describe('a configuration is not refused for', () => {
  test.for([
    server('location ~ ^/poster/(.+\\.jpg)$ { alias /usr/share/nginx/poster/$1; }'),
    server('location ~ ^/(?<what>poster|html)/ { root /usr/share/nginx/; try_files /$what$uri =404; }'),
    server('root /usr/share/nginx/$host;'),
    server('set $name films; root /usr/share/nginx/$name;'),
    server('set $dir /usr/share/nginx/poster; root $dir;'),
    location('alias /usr/share/nginx/poster/; try_files $uri $uri/ /404.jpg;'),
    location('fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; return 200;'),
    server('set $app 127.0.0.1:8080; location / { proxy_pass http://$app; }'),
    server('set $app http://127.0.0.1:8080; location / { proxy_pass $app; }'),
    server('set $app http://127.0.0.1:8080; location / { proxy_pass $app$request_uri; }'),
    `upstream Films { server 127.0.0.1:8080; }\n${server('set $app films; location / { proxy_pass http://$app$uri; }')}`,
    location('proxy_pass http://127.0.0.1:8080$request_uri;'),
    location('proxy_pass http://localhost:8080/;'),
    location('proxy_pass http://localhost:8080; proxy_cookie_path / /films/;'),
    'map $uri $class { default other; ~\\.\\.jpg$ poster; }\nserver { listen 80; }',
    'error_log /var/log/nginx/mine.log info;\nserver { listen 80; access_log off; error_log stderr; }',
    server('access_log /var/log/nginx/$host.log;'),
    server('types { text/plain md; }'),
  ])('%s', async (text) => {
    expect(await refusal(text)).toBeUndefined();
  });

  test.skipIf(nginxMissing !== undefined)(
    'a scheme that is a variable: the address behind it is the sandbox’s',
    async () => {
      await using targets = new Targets();
      const target = await targets.configuration(location('proxy_pass $scheme://127.0.0.1:8080;'), labFor(), 'nginx');
      expect((await target.client.get('/status')).text).toBe('OK');
    },
  );
});
