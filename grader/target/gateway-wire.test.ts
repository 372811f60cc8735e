import { describe, expect, test } from 'vitest';
import { nginxMissing } from '../testing/nginx.ts';
import { labFor, Targets } from '../testing/targets.ts';

const lab = labFor({ applications: ['catalog-uwsgi', 'catalog-fastcgi'] });
const server = (uwsgi: string, fastcgi = '127.0.0.1:9000') => `
upstream php { server ${fastcgi}; keepalive 2; }
server {
  listen 80;
  include uwsgi_params;
  include fastcgi_params;
  fastcgi_keep_conn on;
  location / { uwsgi_pass ${uwsgi}; }
  location /php/ { fastcgi_pass php; }
}`;

describe.for(['reference', 'nginx'] as const)('applications that do not speak HTTP, behind %s', (engine) => {
  test.skipIf(engine === 'nginx' && nginxMissing)('are asked in their protocols, and say what they saw', async () => {
    await using targets = new Targets();
    const { client, world } = await targets.configuration(server('127.0.0.1:3031'), lab, engine);
    for (const [name, path] of [
      ['catalog-uwsgi', '/x%20y?a=1'],
      ['catalog-fastcgi', '/php/x%20y?a=1'],
    ] as const) {
      const application = world.application(name);
      application.answer(path, { status: 418, headers: { 'X-Tea': 'pot' }, body: 'no coffee' });
      const body = 'é'.repeat(100_000);
      const answer = await client.request(path, { method: 'PUT', headers: { 'X-Film-Id': '7' }, body });
      expect(answer).toMatchObject({ status: 418, text: 'no coffee' });
      expect(answer.headers).toMatchObject({ 'x-tea': 'pot', 'x-run': application.token });
      const [seen] = application.seen;
      expect(seen).toMatchObject({ method: 'PUT', target: path, remoteAddress: '127.0.0.1' });
      expect(seen!.headers).toMatchObject({ host: 'catalog.test', 'x-film-id': '7' });
      expect(seen!.parameters).toMatchObject({ QUERY_STRING: 'a=1', SERVER_PORT: '80', REMOTE_ADDR: '127.0.0.1' });
      expect(Buffer.from(seen!.body).toString()).toBe(body);
      expect(await application.ask(path)).toEqual({ status: 418, text: 'no coffee' });
      expect((await client.request(path, { method: 'HEAD' })).text).toBe('');
    }
    expect(world.application('catalog-uwsgi').connections).toBe(2);
  });

  test.skipIf(engine === 'nginx' && nginxMissing)('are asked over a Unix socket too, and stop with it', async () => {
    await using targets = new Targets();
    const { client, world, errorLog } = await targets.configuration(server('unix:/run/catalog.sock'), lab, engine);
    const application = world.application('catalog-uwsgi');
    expect(world.has('unix-sockets')).toBe(true);
    expect((await client.get('/')).text).toContain(application.token);
    expect(application.seen[0]!.unixSocket).toBe('/run/catalog.sock');
    await application.stop();
    expect((await client.get('/')).status).toBe(502);
    await expect.poll(async () => (await errorLog()).join('\n')).toContain('unix:/run/catalog.sock');
    await application.start();
    await expect.poll(async () => (await client.get('/')).status).toBe(200);
  });

  test.skipIf(engine === 'nginx' && nginxMissing)('hang up on other protocols', async () => {
    await using targets = new Targets();
    const swapped = server('127.0.0.1:9000', '127.0.0.1:3031');
    const { client, world } = await targets.configuration(
      `${swapped.replace(/}\s*$/, '')} location /http/ { proxy_pass http://127.0.0.1:3031; } location /https/ { proxy_pass http://127.0.0.1:9000; } }`,
      lab,
      engine,
    );
    for (const path of ['/', '/php/', '/http/', '/https/']) expect((await client.get(path)).status).toBe(502);
    for (const name of lab.applications) expect(world.application(name).seen).toEqual([]);
  });
});
