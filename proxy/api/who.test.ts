import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUser, limit, respond, type Served, serve } from '../index.ts';

describe('a user of a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'who-test-'));
  let served: Served;

  beforeAll(async () => {
    const file = path.join(folder, 'htpasswd');
    // `kite` and `lantern`, as htpasswd -s and openssl passwd -apr1 write them.
    writeFileSync(
      file,
      '# staff\nmara:{SHA}NOHHh23pIZUVb0TzLAcZo+fVzvQ=\nnils:$apr1$VnvtXw/.$GvShxH9y4hZK3mlTUivvp.\n',
    );
    served = await serve({
      port: 0,
      handler: (exchange) => respond(exchange, isUser(exchange, file) ? 200 : 401, ''),
    });
  });
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['mara:kite', 200],
    ['nils:lantern', 200],
    ['mara:lantern', 401],
    ['nils:', 401],
    ['nobody:kite', 401],
    ['# staff:kite', 401],
  ])('%s gets %i', async (credentials, status) => {
    const headers = { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    expect((await fetch(`http://127.0.0.1:${served.port}/`, { headers })).status).toBe(status);
  });

  test.each(['', 'Basic', 'Bearer bWFyYTpraXRl'])('is nobody who says "%s"', async (header) => {
    const answer = await fetch(`http://127.0.0.1:${served.port}/`, { headers: { Authorization: header } });
    expect(answer.status).toBe(401);
  });
});

test('a limit admits the first and the burst, for each key by itself', () => {
  // One a minute or so: nothing leaks out meanwhile.
  const asked = limit({ rate: 0.02, burst: 3 });
  const admitted = (key: string) => Array.from({ length: 6 }, () => asked.admits(key)).filter(Boolean).length;
  expect(admitted('one')).toBe(4);
  expect(admitted('other')).toBe(4);
  expect(admitted('one')).toBe(0);
});

test('a limit admits again what has leaked out since', async () => {
  const asked = limit({ rate: 50, burst: 0 });
  expect(asked.admits('one')).toBe(true);
  await expect.poll(() => asked.admits('one')).toBe(true);
});
