import { gunzipSync } from 'node:zlib';
import type { Objective, Response, Trial } from '../../../grader/index.ts';
import { everyInstance } from './slow-page.ts';

/** Whether a header lists Accept-Encoding. */
function varies({ headers }: Response): boolean {
  return /(^|,)\s*(accept-encoding|\*)\s*(,|$)/i.test(headers.vary ?? '');
}

function expectCompressed({ expect }: Trial, response: Response, plain: Response): void {
  const { path } = response.request;
  expect.status(response, 200);
  const coding = response.headers['content-encoding'] ?? 'none';
  expect(coding === 'gzip', `Content-Encoding: gzip for ${path}`, coding, [response]);
  let same = false;
  try {
    same = gunzipSync(response.body).equals(Buffer.from(plain.body));
  } catch {
    // What isn't gzip is something else.
  }
  expect(same, `the same content of ${path} when it is unpacked`, 'other content', [response]);
  expect(
    response.body.length < plain.body.length,
    `fewer than ${plain.body.length} bytes of ${path}`,
    `${response.body.length}`,
    [response],
  );
}

export const compression: Objective = {
  id: 'lab11.compression',
  title: 'JSON and text are compressed for who asks for it, images never are, and Vary says so.',
  kind: 'core',
  points: 20,
  needs: ['applications', 'files'],
  why: 'A list of films is a tenth as long when it is compressed, and arrives that much sooner. A picture is compressed already.',
  hints: [
    'Is every type of answer compressed, or HTML alone? And what does an old client get that can’t unpack anything?',
    'Look for `gzip on`, `gzip_types` with application/json and text/plain, `gzip_vary`, and `gzip_min_length`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_gzip_module.html',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const asks = { headers: { 'Accept-Encoding': 'gzip' } };
    const answers = {
      [`/films-${random.word(6)}.json`]: [
        'application/json',
        JSON.stringify({ list: Array(200).fill(random.word(8)) }),
      ],
      [`/text-${random.word(6)}`]: ['text/plain; charset=utf-8', `${random.word(8)} `.repeat(400)],
      [`/page-${random.word(6)}`]: ['text/html; charset=utf-8', `<p>${random.word(8)}</p>`.repeat(200)],
    } as const;
    const instances = everyInstance(trial);
    const set = (there: boolean) => {
      for (const [path, [type, body]] of Object.entries(answers))
        for (const one of instances)
          one.answer(path, there ? { status: 200, headers: { 'Content-Type': type }, body } : undefined);
    };
    set(true);
    try {
      for (const path of Object.keys(answers)) {
        const plain = await client.get(path);
        expect.status(plain, 200);
        expect.noHeader(plain, 'content-encoding');
        const packed = await client.get(path, asks);
        expectCompressed(trial, packed, plain);
        expect(varies(packed), `Vary: Accept-Encoding on ${path}`, packed.headers.vary ?? 'none', [packed]);
        expect.noHeader(await client.get(path, { headers: { 'Accept-Encoding': 'gzip;q=0' } }), 'content-encoding');
      }
    } finally {
      set(false);
    }
    const name = random.pick((await world.listFiles('poster')).filter((file) => /^[\w-]+\.jpg$/.test(file)));
    const poster = await client.get(`/poster/${name}`, asks);
    expect.status(poster, 200);
    expect.noHeader(poster, 'content-encoding');
    expect.body(poster, await world.readFile('poster', name));
  },
};
