import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../config/index.ts';
import { buildConfiguration } from '../http/build-configuration.ts';
import { modules } from '../modules/index.ts';

const nginx = '/usr/sbin/nginx';
const folder = mkdtempSync(path.join(tmpdir(), 'same-errors-'));
const file = path.join(folder, 't.conf');
afterAll(() => rmSync(folder, { recursive: true }));

const http = (text: string): string => `events {}\nhttp { ${text} }\n`;
const server = (text: string): string => http(`server { listen 8080; ${text} }`);
const location = (text: string): string => server(`location / { ${text} }`);

/** What is wrong, and what nginx says about it (its message without place; FILE is the file, DIR its folder). */
const cases: readonly (readonly [text: string, message: string])[] = [
  ['foo bar;\nevents{}\n', 'unknown directive "foo" in FILE:1'],
  ['events{}\nhttp {\n server {\n  root x\n }\n}\n', 'unexpected "}" in FILE:5'],
  ['events{}\nhttp { server { listen 8099;\n', 'unexpected end of file, expecting "}" in FILE:3'],
  ['events{}\n}\n', 'unexpected "}" in FILE:2'],
  ['events{}\nhttp { root "abc\n;}\n', 'unexpected end of file, expecting ";" or "}" in FILE:4'],
  ['events {} http { server { root', 'unexpected end of file, expecting ";" or "}" in FILE:1'],
  [http('root "abc"d;'), 'unexpected "d" in FILE:2'],
  ['{ }', 'unexpected "{" in FILE:1'],
  [';', 'unexpected ";" in FILE:1'],
  ['\0events{} \n', 'unknown directive "" in FILE:1'],
  ['events {} http { server { root {', 'directive "root" is not terminated by ";" in FILE:1'],
  [http('server;'), 'directive "server" has no opening "{" in FILE:2'],
  [server('root\n x\n y;'), 'invalid number of arguments in "root" directive in FILE:4'],
  [server('root;'), 'invalid number of arguments in "root" directive in FILE:2'],
  [server('try_files a;'), 'invalid number of arguments in "try_files" directive in FILE:2'],
  [server('server_name ;'), 'invalid number of arguments in "server_name" directive in FILE:2'],
  [server('location foo bar baz {}'), 'invalid number of arguments in "location" directive in FILE:2'],
  [server('root a; root b;'), '"root" directive is duplicate in FILE:2'],
  [location('root a; alias b;'), '"alias" directive is duplicate, "root" directive was specified earlier in FILE:2'],
  ['events{}\nevents{}\n', '"events" directive is duplicate in FILE:2'],
  ['events{}\nhttp {}\nhttp {}\n', '"http" directive is duplicate in FILE:3'],
  ['pid a;\npid b;\n', '"pid" directive is duplicate in FILE:2'],
  [server('default_type a; default_type b;'), '"default_type" directive is duplicate in FILE:2'],
  [http('worker_processes 1;'), '"worker_processes" directive is not allowed here in FILE:2'],
  [server('alias b;'), '"alias" directive is not allowed here in FILE:2'],
  [server('internal;'), '"internal" directive is not allowed here in FILE:2'],
  ['listen 80;\n', '"listen" directive is not allowed here in FILE:1'],
  [http('location / {}'), '"location" directive is not allowed here in FILE:2'],
  [location('limit_except GET { root x; }'), '"root" directive is not allowed here in FILE:2'],
  [server('sendfile maybe;'), 'invalid value "maybe" in "sendfile" directive, it must be "on" or "off" in FILE:2'],
  [server('satisfy x;'), 'invalid value "x" in FILE:2'],
  [server('keepalive_timeout 5x;'), '"keepalive_timeout" directive invalid value in FILE:2'],
  [server('send_timeout 1m1m;'), '"send_timeout" directive invalid value in FILE:2'],
  [server('client_max_body_size 5q;'), '"client_max_body_size" directive invalid value in FILE:2'],
  [server('client_body_buffer_size 1g;'), '"client_body_buffer_size" directive invalid value in FILE:2'],
  [http('limit_req_zone $uri zone=x:1g rate=1r/s;'), 'invalid zone size "zone=x:1g" in FILE:2'],
  ...(process.getuid?.() === 0
    ? ([
        ['user nosuch;', 'getpwnam("nosuch") failed in FILE:1'],
        ['user root nosuch;', 'getgrnam("nosuch") failed in FILE:1'],
      ] as const)
    : []),
  ['worker_processes x;', '"worker_processes" directive invalid value in FILE:1'],
  ['events { worker_connections x; }', 'invalid number "x" in FILE:1'],
  ['events { use foo; }', 'invalid event type "foo" in FILE:1'],
  ['events { use poll; }', 'invalid event type "poll" in FILE:1'],
  ['events { use epoll; use epoll; }', '"use" directive is duplicate in FILE:1'],
  ['events { accept_mutex on; accept_mutex on; }', '"accept_mutex" directive is duplicate in FILE:1'],
  ['events { accept_mutex_delay x; }', '"accept_mutex_delay" directive invalid value in FILE:1'],
  ['events { worker_connections 0; }', '0 worker_connections are not enough for 0 listening sockets'],
  [
    'events { worker_connections 2; } http { server { listen 18081; listen 18082; } }',
    '2 worker_connections are not enough for 2 listening sockets',
  ],
  ['events { worker_connections 3; } http { server { listen 127.0.0.1:18081; listen 127.0.0.1:18082; } }', 'accepted'],
  ['worker_priority x;', '"worker_priority" directive invalid number in FILE:1'],
  ['worker_priority 1; worker_priority 2;', '"worker_priority" directive is duplicate in FILE:1'],
  ['worker_priority -5; events {}', 'accepted'],
  ['worker_cpu_affinity 012;', 'invalid character "2" in "worker_cpu_affinity" in FILE:1'],
  ['worker_cpu_affinity auto 01; env TZ; env A=b; env A=b; events {}', 'accepted'],
  ['debug_points x;', 'invalid value "x" in FILE:1'],
  ['lock_file a; lock_file b;', '"lock_file" directive is duplicate in FILE:1'],
  ['timer_resolution x;', '"timer_resolution" directive invalid value in FILE:1'],
  ['worker_rlimit_nofile 1; worker_rlimit_nofile 1;', '"worker_rlimit_nofile" directive is duplicate in FILE:1'],
  ['worker_rlimit_nofile x;', '"worker_rlimit_nofile" directive invalid number in FILE:1'],
  ['worker_rlimit_core 1x;', '"worker_rlimit_core" directive invalid value in FILE:1'],
  ['working_directory a; working_directory b;', '"working_directory" directive is duplicate in FILE:1'],
  ['worker_shutdown_timeout x;', '"worker_shutdown_timeout" directive invalid value in FILE:1'],
  ['error_log x foo;', 'invalid log level "foo" in FILE:1'],
  ['error_log x debug info;', 'duplicate log level "info" in FILE:1'],
  [http('include nope.conf;'), 'open() "DIR/nope.conf" failed (2: No such file or directory) in FILE:2'],
  ['http {}\n', 'no "events" section in configuration'],
  ['', 'no "events" section in configuration'],
  [server('\nlocation / {}\nlocation / {}\n'), 'duplicate location "/" in FILE:4'],
  [server('location = /a {} location /a {} location = /a {}'), 'duplicate location "/a" in FILE:2'],
  [server('location /a/ { location /b {} }'), 'location "/b" is outside location "/a/" in FILE:2'],
  [server('location = /a { location /a/b {} }'), 'location "/a/b" cannot be inside the exact location "/a" in FILE:2'],
  [server('location /a { location @b {} }'), 'named location "@b" can be on the server level only in FILE:2'],
  [server('location @a { location /b {} }'), 'location "/b" cannot be inside the named location "@a" in FILE:2'],
  [server('location ! bar {}'), 'invalid location modifier "!" in FILE:2'],
  [server('location ~ [ {}'), 'pcre2_compile() failed: missing terminating ] for character class in "[" in FILE:2'],
  [server('listen 8080;'), 'a duplicate listen 0.0.0.0:8080 in FILE:2'],
  [
    http('server { listen 81 default_server; }\nserver { listen 81 default_server; }'),
    'a duplicate default server for 0.0.0.0:81 in FILE:3',
  ],
  [
    http('server { listen 81 reuseport; }\nserver { listen 81 backlog=9; }'),
    'duplicate listen options for 0.0.0.0:81 in FILE:3',
  ],
  [server('listen abc:99999;'), 'invalid port in "abc:99999" of the "listen" directive in FILE:2'],
  [server('listen "";'), 'no host in "" of the "listen" directive in FILE:2'],
  [server('listen 81 foo;'), 'invalid parameter "foo" in FILE:2'],
  [server('listen nosuch.invalid:81;'), 'host not found in "nosuch.invalid:81" of the "listen" directive in FILE:2'],
  [server('server_name *x.com;'), 'server name "*x.com" is invalid in FILE:2'],
  [server('server_name .;'), 'server name "." is invalid in FILE:2'],
  [server('server_name ~;'), 'empty regex in server name "~" in FILE:2'],
  [server('error_page 99 /x;'), 'value "99" must be between 300 and 599 in FILE:2'],
  [server('error_page 404 =abc /x;'), 'invalid value "=abc" in FILE:2'],
  [server('return 200 $foo;'), 'unknown "foo" variable'],
  [server('return 200 ${foo;'), 'the closing bracket in "foo" variable is missing in FILE:2'],
  [server('return 200 $;'), 'invalid variable name in FILE:2'],
  [server('set $host x;'), 'the duplicate "host" variable in FILE:2'],
  [server('access_log x nosuch;'), 'unknown log format "nosuch" in FILE:2'],
  [location('proxy_pass http://nosuch.invalid;'), 'host not found in upstream "nosuch.invalid" in FILE:2'],
  [location('proxy_pass nosuch;'), 'invalid URL prefix in FILE:2'],
  [
    location('proxy_pass https://127.0.0.1:1; proxy_ssl_verify on;'),
    'no proxy_ssl_trusted_certificate for proxy_ssl_verify',
  ],
  [
    location('proxy_pass https://127.0.0.1:1; proxy_ssl_certificate /nope.crt;'),
    'no "proxy_ssl_certificate_key" is defined for certificate "/nope.crt"',
  ],
  [
    location('proxy_pass https://127.0.0.1:1; proxy_ssl_certificate /nope.crt; proxy_ssl_certificate_key /nope.crt;'),
    'cannot load certificate "/nope.crt": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/nope.crt, r) error:10000080:BIO routines::no such file)',
  ],
  [http('proxy_buffers 1 4k; server {\n}\n'), 'there must be at least 2 "proxy_buffers" in FILE:4'],
  [
    http('proxy_buffer_size 64k; server {\n}\n'),
    '"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer in FILE:4',
  ],
  [
    http('server { proxy_busy_buffers_size 1k; }'),
    '"proxy_busy_buffers_size" must be equal to or greater than the maximum of the value of "proxy_buffer_size" and one of the "proxy_buffers" in FILE:2',
  ],
  [
    http('server { proxy_temp_file_write_size 1k; }'),
    '"proxy_temp_file_write_size" must be equal to or greater than the maximum of the value of "proxy_buffer_size" and one of the "proxy_buffers" in FILE:2',
  ],
  [
    http('server { proxy_max_temp_file_size 1k; }'),
    '"proxy_max_temp_file_size" must be equal to zero to disable temporary files usage or must be equal to or greater than the maximum of the value of "proxy_buffer_size" and one of the "proxy_buffers" in FILE:2',
  ],
  [http('proxy_temp_path x y;'), '"proxy_temp_path" directive invalid value in FILE:2'],
  [http('upstream u { }'), 'no servers are inside upstream in FILE:2'],
  [
    `events {}\nhttp { root "${'x'.repeat(5000)}"; }`,
    'too long parameter, probably missing terminating """ character in FILE:2',
  ],
];

function ours(): string {
  try {
    buildConfiguration({ file, prefix: folder, modules });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

function theirs(): string {
  const { stderr } = spawnSync(nginx, ['-t', '-p', `${folder}/`, '-c', file, '-e', 'stderr'], { encoding: 'latin1' });
  return /\[emerg\] (?:\d+#\d+: )?(.*)/.exec(stderr)?.[1] ?? 'accepted';
}

const plain = (message: string): string => message.replaceAll(file, 'FILE').replaceAll(folder, 'DIR');

describe('errors in a configuration have the words of nginx', () => {
  test.each(cases)('%j', (text, message) => {
    writeFileSync(file, text, 'latin1');
    expect(plain(ours())).toBe(message);
  });
});

describe.skipIf(!existsSync(nginx))('nginx itself says the same', () => {
  test.each(cases)('%j', (text, message) => {
    writeFileSync(file, text, 'latin1');
    expect(plain(theirs())).toBe(message);
  });
});
