import { readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { nginxMissing } from '../testing/nginx.ts';
import { labFor, Targets } from '../testing/targets.ts';

const proxyToCatalog = 'server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }';

describe.skipIf(nginxMissing)('a configuration on nginx', () => {
  test('reaches the catalog, whatever way its address is written', async () => {
    for (const address of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080']) {
      await using targets = new Targets();
      const target = await targets.configuration(`server { listen 80; location / { proxy_pass http://${address}; } }`);
      const answer = await target.client.get('/');
      expect(answer.text).toContain(target.world.application('catalog').token);
    }
  });

  test.each([
    '80',
    '*:80',
    '0.0.0.0:80',
    '[::]:80',
    '127.0.0.1:80',
    '80 default_server',
    '[::]:80 ipv6only=off',
    'localhost',
  ])('answers with `listen %s`', async (listen) => {
    await using targets = new Targets();
    const target = await targets.configuration(`server { listen ${listen}; return 200 "port $server_port"; }`);
    expect(target.startup).toEqual({ ok: true, messages: [] });
    expect((await target.client.get('/')).text).toBe('port 80');
  });

  test('listens on port 80 when `server` says nothing', async () => {
    await using targets = new Targets();
    const target = await targets.configuration('server { location / { root /usr/share/nginx/html; } }');
    expect((await target.client.get('/')).text).toContain('<title>Welcome to nginx!</title>');
  });

  test.each(['listen 80;', ''])(
    'answers users by the server with `%s`, not by one for this machine alone',
    async (open) => {
      await using targets = new Targets();
      const target = await targets.configuration(
        `server { listen 127.0.0.1:80; return 200 inside; } server { ${open} return 200 outside; }`,
      );
      expect((await target.client.get('/')).text).toBe('outside');
    },
  );

  test('has the path and the bytes arrive as they were sent', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(proxyToCatalog);
    const path = '/a%2Fb//c/%41?x=%3F&y=é';
    await target.client.request(path, { method: 'POST', body: 'a\0b' });
    const seen = target.world.application('catalog').seen[0];
    expect(Buffer.from(seen?.target ?? '', 'latin1').toString()).toBe(path);
    expect(Buffer.from(seen?.body ?? []).toString()).toBe('a\0b');
    expect(seen?.headers.host).toBe('127.0.0.1:8080');
  });

  test('answers 502 for a wrong port, and the log names it as it was written', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(
      'server { listen 80; location / { proxy_pass http://127.0.0.1:8088; } }',
    );
    expect((await target.client.get('/')).status).toBe(502);
    expect((await target.errorLog()).join('\n')).toContain('upstream: "http://127.0.0.1:8088/"');
  });

  test('compares $server_port with 80 and 443', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(
      `server { listen 80; listen 443 ssl; server_name catalog.test;
         ssl_certificate /etc/nginx/certs/catalog.test.crt; ssl_certificate_key /etc/nginx/certs/catalog.test.key;
         if ($server_port = 80) { return 301 https://$host$request_uri; }
         return 200 "$server_port"; }`,
      labFor({ tls: true }),
    );
    expect((await target.client.get('/a?b')).headers.location).toBe('https://catalog.test/a?b');
    expect((await target.client.get('/', { https: true })).text).toBe('443');
  });

  test('gives $server_port as the student knows it in a server with two ports', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(
      'server { listen 80; listen 8443; location / { return 200 "$server_port"; } }',
    );
    expect((await target.client.get('/')).text).toBe('80');
  });

  test.each([
    ['auto', false, 1],
    ['auto', true, 2],
    ['3', false, 3],
  ])('`worker_processes %s` where workers are the subject (%s) makes %i', async (number, processes, expected) => {
    await using targets = new Targets();
    const folder = targets.write({
      'nginx.conf': `worker_processes ${number}; error_log stderr notice; events {} http { server { listen 80; return 200 ok; } }`,
    });
    const target = await targets.open({ kind: 'configuration', path: folder, engine: 'nginx' }, labFor({ processes }));
    const workers = async () =>
      (await target.errorLog()).filter((line) => line.includes('start worker process ')).length;
    await expect.poll(workers).toBeGreaterThanOrEqual(expected);
    expect(await workers()).toBe(expected);
  });

  test('is read anew by the one process that runs it, in a lab that reloads', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(proxyToCatalog, labFor({ reloads: true }));
    expect(target.world.has('reload')).toBe(true);
    expect(target.world.has('workers')).toBe(false);
    await target.world.server.edit('location = /new { return 204; }');
    expect((await target.client.get('/new')).status).not.toBe(204);
    target.world.server.signal('SIGHUP');
    await expect.poll(async () => (await target.client.get('/new')).status, { timeout: 20_000 }).toBe(204);
  });

  test('of some megabytes, or that includes itself, ends in a verdict', async () => {
    await using targets = new Targets();
    const line = `set $x ${'y'.repeat(80)};\n`;
    const large = await targets.configuration(`server { listen 80; return 200 ok; ${line.repeat(20_000)} }`);
    expect((await large.client.get('/')).text).toBe('ok');
    const circle = await targets.configuration('include /etc/nginx/conf.d/*.conf;');
    expect(circle.startup.messages[0]?.text).toBe('"default.conf" includes itself');
  });

  test('says file, line and words of an error as nginx does on the student’s machine', async () => {
    await using targets = new Targets();
    const target = await targets.configuration('server {\n  listen 80;\n  prox_pass http://127.0.0.1:8080;\n}');
    expect(target.startup.ok).toBe(false);
    expect(target.startup.messages).toEqual([
      { file: 'default.conf', line: 3, severity: 'emerg', text: 'unknown directive "prox_pass"' },
    ]);
  });

  test.each([
    ['server {\n listen 80\n return 200;\n}', 3, 'invalid parameter "return"'],
    ['server {\n listen 80;\n', 3, 'unexpected end of file, expecting "}"'],
    [
      'server { listen 80 default_server; }\nserver { listen 80 default_server; }',
      2,
      'a duplicate default server for 0.0.0.0:80',
    ],
    ['server { listen 80; location / {\n proxy_pass http://catalog; } }', 2, 'host not found in upstream "catalog"'],
  ])('explains why it does not start: %j', async (text, line, said) => {
    await using targets = new Targets();
    const { startup } = await targets.configuration(text);
    expect(startup.ok).toBe(false);
    expect(startup.messages.find(({ severity }) => severity === 'emerg')).toMatchObject({
      file: 'default.conf',
      line,
      text: said,
    });
  });

  test('says that the port is taken when it listens where an application does', async () => {
    await using targets = new Targets();
    const { startup } = await targets.configuration('server { listen 80; }\nserver { listen 8080; }');
    expect(startup.ok).toBe(false);
    expect(startup.messages.at(-1)?.text).toContain('bind() to 0.0.0.0:8080 failed (98: Address already in use)');
  });

  test('is taken as a tree in Debian’s layout, with its links', async () => {
    await using targets = new Targets();
    const folder = targets.write({
      'nginx.conf': `user www-data; worker_processes auto; pid /run/nginx.pid; include /etc/nginx/modules-enabled/*.conf;
        events { worker_connections 768; }
        http { include /etc/nginx/mime.types; access_log /var/log/nginx/access.log;
          include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*; }`,
      'sites-available/default':
        'server { listen 80 default_server; root /var/www/html; index index.nginx-debian.html; }',
      'sites-enabled/.keep': '',
      'modules-enabled/.keep': '',
    });
    symlinkSync('/etc/nginx/sites-available/default', path.join(folder, 'sites-enabled/default'));
    symlinkSync(
      '/usr/share/nginx/modules-available/mod-mail.conf',
      path.join(folder, 'modules-enabled/50-mod-mail.conf'),
    );
    const target = await targets.open({ kind: 'configuration', path: folder, engine: 'nginx' });
    expect(target.startup).toEqual({ ok: true, messages: [] });
    expect((await target.client.get('/')).status).toBe(200);
    expect(target.configuration?.files.map(({ name }) => name)).toContain('sites-enabled/default');
  });

  test('adds its lines to the access log, in the main format', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(proxyToCatalog);
    const since = await target.world.accessLogLength();
    await target.client.get('/status');
    expect((await target.world.accessLog(since, 1, ''))[0]).toMatch(
      /^127\.0\.0\.1 - - \[.*\] "GET \/status HTTP\/1\.1" 200 2 "-"/,
    );
  });

  test('is started again, and its application stops and returns', async () => {
    await using targets = new Targets();
    const target = await targets.configuration(proxyToCatalog);
    await target.world.application('catalog').stop();
    expect((await target.client.get('/')).status).toBe(502);
    await target.world.application('catalog').start();
    await target.world.restartServer();
    expect((await target.client.get('/')).status).toBe(200);
  });

  test('leaves neither processes nor files behind', async () => {
    await using targets = new Targets();
    const sandboxes = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`workbook-${process.pid}-`));
    const target = await targets.configuration(proxyToCatalog);
    expect(sandboxes()).toHaveLength(1);
    await target.close();
    await target.close();
    expect(sandboxes()).toEqual([]);
    expect((await target.client.get('/').catch(() => ({ status: 0 }))).status).toBe(0);
  });
});

describe('a configuration that leads out of the world', () => {
  test.each([
    ['server { listen 80; location / { root /root; } }', '"/root" is outside'],
    ['server { listen 80; location / { alias /etc/passwd; } }', '"/etc/passwd" is outside'],
    ['server { listen 80; root /usr/share/nginx/../../../etc; }', 'is outside'],
    ['server { listen 80; location / { try_files /../../../../etc/passwd =404; } }', 'is outside'],
    ['server { listen 80; location / { proxy_pass http://example.com; } }', '"example.com" is outside'],
    ['server { listen 80; location / { proxy_pass http://10.0.0.7:8080; } }', '"10.0.0.7" is outside'],
    ['server { listen 80; set $to http://10.0.0.7; location / { proxy_pass $to; } }', '"10.0.0.7" is outside'],
    ['server { listen 80; set $dir /etc; location / { root $dir; } }', 'must begin with a folder'],
    ['include /etc/passwd;\nserver { listen 80; }', 'only files below /etc/nginx'],
    ['load_module modules/ngx_http_perl_module.so;', '"load_module" is not allowed'],
    ['server { listen 80; location / { content_by_lua_block { } } }', 'is not allowed'],
    ['server { listen 192.168.1.5:80; }', 'own addresses alone'],
    ['server { listen 80; location / { proxy_pass http://unix:/var/run/docker.sock; } }', 'is outside'],
    ['server { listen 80; access_log syslog:server=10.0.0.1; }', 'leads out of the sandbox'],
  ])('is refused with its line, and nothing is started: %s', async (text, said) => {
    await using targets = new Targets();
    const target = await targets.configuration(text, labFor(), 'reference');
    expect(target.startup.ok).toBe(false);
    const [message] = target.startup.messages;
    expect(message).toMatchObject({ file: 'default.conf', line: 1, severity: 'refused' });
    expect(message?.text).toContain(said);
    expect((await target.client.get('/')).failure).toContain('refused');
  });

  test('is refused when a link of its tree leads out', async () => {
    await using targets = new Targets();
    const folder = targets.write({ 'conf.d/default.conf': proxyToCatalog });
    symlinkSync('/etc/passwd', path.join(folder, 'conf.d/x.conf'));
    const target = await targets.open({ kind: 'configuration', path: folder, engine: 'reference' });
    expect(target.startup.messages[0]?.text).toContain('leads out of the configuration tree');
  });

  test('is an error of its own when there is no such file', async () => {
    await using targets = new Targets();
    await expect(targets.open({ kind: 'configuration', path: '/nowhere/x.conf', engine: 'reference' })).rejects.toThrow(
      '/nowhere/x.conf: there is no such file or folder',
    );
  });
});
