import { eventually, type Objective, pause, type Response, type Trial } from '../../../grader/index.ts';
import { oneCatalog } from './one-catalog.ts';

const logModule = 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format';

/** ms that an answer is held back, and the least of it that a log has to tell. */
const held = 300;
const told = 250;
/** Seconds by which a log may be later than the client: enough to tell seconds from milliseconds on any machine. */
const spare = 60;

/** One line of the log, with the request it is about. */
interface Logged {
  readonly response: Response;
  readonly line: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The one line of the log for each of some requests, whose marks are in their paths; read as JSON. */
async function linesOf(trial: Trial, since: number, asked: ReadonlyMap<string, Response>): Promise<readonly Logged[]> {
  const { expect, world } = trial;
  const found: Logged[] = [];
  for (const [mark, response] of asked) {
    const lines = await world.accessLog(since, 1, mark);
    const what = `${response.request.method} ${response.request.path}`;
    expect(lines.length === 1, `one line in /var/log/nginx/access.log for ${what}`, `${lines.length} lines`, [
      response,
    ]);
    const line = lines[0]!;
    const fields = parsed(line);
    expect(fields !== undefined, `a line of JSON for ${what}`, line.slice(0, 400), [response]);
    found.push({ response, line, fields: fields! });
  }
  return found;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a log writes down as a number, or as a text that is one. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** The instances that a line names, in the order in which they were asked; none is '', '-', null or no such field. */
function instancesOf({ fields }: Logged): readonly string[] {
  const value = fields.upstream_addr;
  return typeof value === 'string' ? value.split(/\s*[,:]\s+/).filter((one) => one !== '' && one !== '-') : [];
}

/** A client whose name would end the text of a line that isn't escaped. */
function oddAgent(word: string): string {
  return `probe "${word}" \\ {x}`;
}

export const accessLog: Objective = {
  id: 'lab13.access-log',
  title:
    'Each request to catalog.test is one line of JSON in /var/log/nginx/access.log, with status, request_time and upstream_addr.',
  kind: 'core',
  points: 5,
  dependsOn: ['lab13.catalog'],
  needs: ['files', 'applications'],
  alone: true,
  timeLimit: 30_000,
  why: 'At night you ask the log: which instance was slow, and for whom? A program has to find that out of a million lines.',
  hints: [
    'Who answered, and how long did it take? And can a program read your log, whatever a client calls itself?',
    'Look for a `log_format` with `escape=json`, and at where `access_log` stands: beside the one in nginx.conf it writes a second line, in a server it takes its place.',
  ],
  manual: logModule,
  async check(trial) {
    const { client, expect, random, world } = trial;
    const since = await world.accessLogLength();
    const asked = new Map<string, Response>();
    const ask = async (path: string, status = 200, method = 'GET') => {
      const mark = random.word(12);
      const headers = { 'User-Agent': oddAgent(random.word(4)) };
      const response = await client.request(`${path}?${mark}`, { method, headers });
      expect.status(response, status);
      asked.set(mark, response);
    };
    const posters = (await world.listFiles('poster')).filter((name) => /^[\w-]+\.jpg$/.test(name));
    for (let i = 0; i < 3; i++) await ask('/status');
    await ask('/updatePopularity', 400, 'POST');
    await ask(`/poster/${random.pick(posters)}`);
    await ask(`/poster/${random.word(10)}.jpg`, 404);
    const slow = await heldBack(trial);
    asked.set(slow.mark, slow.response);
    const lines = await linesOf(trial, since, asked);
    for (const line of lines) {
      const { response } = line;
      const what = `${response.request.method} ${response.request.path}`;
      expect(
        numberOf(line.fields.status) === response.status,
        `"status": ${response.status} for ${what}`,
        line.line.slice(0, 400),
        [response],
      );
      expectTime(trial, line, response === slow.response ? told / 1_000 : 0);
      expectInstance(trial, line);
    }
  },
};

/** A request whose answer the application keeps back for a while. */
async function heldBack(trial: Trial): Promise<{ readonly mark: string; readonly response: Response }> {
  const { client, random, signal } = trial;
  const catalog = oneCatalog(trial.world).application('catalog');
  const mark = random.word(12);
  const path = `/slow-${mark}`;
  catalog.answer(path, { status: 200, body: 'done' });
  const release = catalog.hold(path);
  try {
    const answer = client.get(path, { timeLimit: 20_000 });
    answer.catch(() => {});
    await eventually(
      async () => catalog.seen.some(({ target }) => target === path),
      (there) => there,
      5_000,
      signal,
    );
    await pause(held, signal);
    release();
    return { mark, response: await answer };
  } finally {
    release();
    catalog.answer(path, undefined);
  }
}

/** That `request_time` is the time from the first byte to the last, in seconds. */
function expectTime({ expect }: Trial, { line, fields, response }: Logged, least: number): void {
  const time = numberOf(fields.request_time);
  const what = `${response.request.method} ${response.request.path}`;
  expect(
    time >= least && time <= response.durationMs / 1_000 + spare,
    least === 0 ? `"request_time" in seconds for ${what}` : `"request_time" of ${least} s or more for ${what}`,
    line.slice(0, 400),
    [response],
  );
}

/** That `upstream_addr` names the instance that was asked, and nobody where nobody was. */
function expectInstance({ expect, world }: Trial, logged: Logged): void {
  const { line, response } = logged;
  const { path } = response.request;
  const who = (['catalog-1', 'catalog-2'] as const)
    .map((name) => world.application(name))
    .find(({ seen }) => seen.some(({ target }) => target === path));
  const named = instancesOf(logged).at(-1);
  expect(
    named === who?.address,
    who === undefined ? `no "upstream_addr" for ${path}, a file` : `"upstream_addr": "${who.address}" for ${path}`,
    line.slice(0, 400),
    [response],
  );
}
