import { gunzipSync } from 'node:zlib';
import { expectPoster, type Objective, type Response, type Trial } from '../../../grader/index.ts';
import { everyInstance } from './slow-page.ts';

/** Whether a header lists Accept-Encoding. */
function varies({ headers }: Response): boolean {
  return /(^|,)\s*(accept-encoding|\*)\s*(,|$)/i.test(headers.vary ?? '');
}

const asks = { headers: { 'Accept-Encoding': 'gzip' } };

/** That a page comes compressed to who asks for it, and to nobody else; `isSame` compares what it holds in both cases. */
async function expectCompressed(
  { client, expect }: Trial,
  path: string,
  isSame: (unpacked: Buffer, plain: Response) => boolean,
): Promise<void> {
  const plain = await client.get(path);
  expect.status(plain, 200);
  expect.noHeader(plain, 'content-encoding');
  const packed = await client.get(path, asks);
  expect.status(packed, 200);
  const coding = packed.headers['content-encoding'] ?? 'none';
  expect(coding === 'gzip', `Content-Encoding: gzip for ${path}`, coding, [packed]);
  let same = false;
  try {
    same = isSame(gunzipSync(packed.body), plain);
  } catch {
    // What isn't gzip is something else.
  }
  expect(same, `the same content of ${path} when it is unpacked`, 'other content', [packed]);
  const { length } = plain.body;
  expect(packed.body.length < length, `fewer than ${length} bytes of ${path}`, `${packed.body.length}`, [packed]);
  expect(varies(packed), `Vary: Accept-Encoding on ${path}`, packed.headers.vary ?? 'none', [packed]);
  expect.noHeader(await client.get(path, { headers: { 'Accept-Encoding': 'gzip;q=0' } }), 'content-encoding');
}

export const compression: Objective = {
  id: 'lab11.compression',
  title: 'JSON and text are compressed for who asks for it, images never are, and Vary says so.',
  kind: 'core',
  points: 20,
  why: 'A list of films is a tenth as long when it is compressed, and arrives that much sooner. A picture is compressed already.',
  hints: [
    'Is every type of answer compressed, or HTML alone? And what does an old client get that can’t unpack anything?',
    'Look for `gzip on`, `gzip_types` with application/json and text/plain, `gzip_vary`, and `gzip_min_length`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_gzip_module.html',
  async check(trial) {
    const { client, expect, random, world } = trial;
    if (world.has('applications')) await expectTypes(trial);
    // A list may be drawn anew for each visitor; that it is films tells that it was unpacked.
    else await expectCompressed(trial, '/discover?type=movie', (unpacked) => isFilms(unpacked.toString()));
    const poster = world.has('files')
      ? `/poster/${random.pick((await world.listFiles('poster')).filter((file) => /^[\w-]+\.jpg$/.test(file)))}`
      : await expectPoster(trial);
    const answer = await client.get(poster, asks);
    expect.status(answer, 200);
    expect.noHeader(answer, 'content-encoding');
    if (world.has('files')) expect.body(answer, await world.readFile('poster', poster.slice('/poster/'.length)));
  },
};

function isFilms(text: string): boolean {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) && list.length > 0;
}

/** Pages of each type that is to be compressed, from whichever instance. */
async function expectTypes(trial: Trial): Promise<void> {
  const { random } = trial;
  const answers = {
    [`/films-${random.word(6)}.json`]: ['application/json', JSON.stringify({ list: Array(200).fill(random.word(8)) })],
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
    for (const path of Object.keys(answers))
      await expectCompressed(trial, path, (unpacked, plain) => unpacked.equals(Buffer.from(plain.body)));
  } finally {
    set(false);
  }
}
