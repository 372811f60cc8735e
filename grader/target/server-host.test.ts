import { expect, test } from 'vitest';
import { labFor, Targets } from '../testing/targets.ts';
import { hostingReference } from './engine.ts';
import { openTarget } from './index.ts';
import { ServerHost } from './server-host.ts';

const signal = new AbortController().signal;

/** Grades nothing, but opens one configuration after another on the same host. */
async function opened(host: ServerHost, targets: Targets, text: string) {
  const path = `${targets.write({ 'default.conf': text })}/default.conf`;
  return openTarget({ kind: 'configuration', path, engine: 'reference' }, labFor(), 1, signal, { host });
}

const proxy = 'server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }';

test('one process runs one configuration after another, each as if it were the first', async () => {
  await using targets = new Targets();
  const host = new ServerHost(hostingReference);
  try {
    for (const text of ['server { listen 80; return 200 one; }', 'server { listen 80; return 200 two; }']) {
      const target = await opened(host, targets, text);
      expect((await target.client.get('/')).text).toBe(/one|two/.exec(text)![0]);
      await target.close();
      expect((await target.client.get('/')).status).toBe(0);
    }
    const broken = await opened(host, targets, 'server {\n  listen 80;\n  prox_pass x;\n}');
    expect(broken.startup.messages).toEqual([
      {
        file: 'default.conf',
        line: 3,
        severity: 'emerg',
        text: expect.stringContaining('unknown directive "prox_pass"'),
      },
    ]);
    await broken.close();
    const target = await opened(host, targets, proxy);
    expect(target.startup).toEqual({ ok: true, messages: [] });
    await target.world.restartServer();
    expect((await target.client.get('/status')).text).toBe('OK');
    expect((await target.errorLog()).filter((line) => line.includes('prox_pass'))).toEqual([]);
    await target.close();
  } finally {
    await host.end();
  }
});

test('a path that a request puts together leads to nothing outside of the sandbox', async () => {
  await using targets = new Targets();
  const host = new ServerHost(hostingReference);
  try {
    const up = '/$1/$1/$1/$1/$1/$1/$1/$1';
    const text = `server { listen 80; location ~ "^/poster(\\.\\.)/(.*)$" { alias /usr/share/nginx/poster${up}/$2; } }`;
    const target = await opened(host, targets, text);
    expect(target.startup).toEqual({ ok: true, messages: [] });
    const { status, text: body } = await target.client.get('/poster../etc/hostname');
    expect([body, status]).not.toContain(200);
    await target.close();
  } finally {
    await host.end();
  }
});

test('a configuration that keeps the process busy is ended with it, and the next one is served', async () => {
  await using targets = new Targets();
  const host = new ServerHost(hostingReference);
  try {
    const endless = 'server { listen 80; location ~ "^/(a+)+$" { return 200; } }';
    const target = await opened(host, targets, endless);
    expect((await target.client.get(`/${'a'.repeat(60)}!`, { timeLimit: 300 })).status).toBe(0);
    await target.close();
    const next = await opened(host, targets, proxy);
    expect((await next.client.get('/status')).text).toBe('OK');
    await next.close();
  } finally {
    await host.end();
  }
});
