import type { Objective } from '../../../grader/index.ts';
import { catalog, expectNotAsked } from './site.ts';

const most = 1024 * 1024;

export const bodyLimit: Objective = {
  id: 'lab10.body-limit',
  title: 'A request body of more than 1 MiB gets 413; one of 1 MiB is welcome.',
  kind: 'core',
  points: 15,
  needs: ['applications'],
  why: 'A body fills memory and disk before anybody has looked at it. The largest that makes sense is the largest to take.',
  hints: [
    'How large may a body be at your server? Try 1 MiB, and one byte more.',
    'Look for `client_max_body_size`, in http, in the server and in its locations: the innermost counts.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size',
  async check(trial) {
    const { client, expect, random } = trial;
    const send = (mark: string, length: number, chunked = false) => {
      const bytes = Buffer.alloc(length, 'x');
      const body = chunked
        ? Buffer.concat([Buffer.from(`${length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')])
        : bytes;
      const headers = { 'Content-Type': 'text/plain', ...(chunked && { 'Transfer-Encoding': 'chunked' }) };
      return client.request(`/updatePopularity?${mark}`, { method: 'POST', headers, body });
    };
    const fits = random.word(10);
    const welcome = await send(fits, most);
    const seen = catalog(trial).seen.find(({ target }) => target.includes(fits));
    expect(seen?.body.length === most, 'a body of 1 MiB arrives', `${seen?.body.length ?? 'none of it'} did`, [
      welcome,
    ]);
    for (const [length, chunked] of [
      [most + 1, false],
      [8 * most, false],
      [most + 64 * 1024, true],
    ] as const) {
      const mark = random.word(10);
      const response = await send(mark, length, chunked);
      expect.status(response, 413);
      expectNotAsked(trial, mark, response);
    }
  },
};
