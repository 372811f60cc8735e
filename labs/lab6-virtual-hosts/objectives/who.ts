import type { Application, ApplicationName, RequestOptions, Response, Seen, Trial } from '../../../grader/index.ts';

/** What the texts call the applications. */
const called: Readonly<Record<string, string>> = { catalog: 'the catalog', 'back-office': 'the back office' };

/** The applications behind the server. */
export function applications({ world }: Trial): readonly [Application, Application] {
  return [world.application('catalog'), world.application('back-office')];
}

/** Arrivals that carry a mark, at whichever application. */
export function arrivals(trial: Trial, mark: string): readonly Seen[] {
  return applications(trial).flatMap(({ seen }) => seen.filter(({ target }) => target.includes(mark)));
}

/** `the catalog`, `the catalog and the back office`, `nobody` */
export function whoWasAsked(trial: Trial, mark: string): string {
  const names = [...new Set(arrivals(trial, mark).map(({ application }) => called[application] ?? application))];
  return names.length === 0 ? 'nobody' : names.join(' and ');
}

/** That a request for a host is answered by this application, with its own words, and that no other one is asked. */
export async function expectAnswerOf(
  trial: Trial,
  name: ApplicationName,
  options: RequestOptions,
  methods: readonly ('GET' | 'POST')[] = ['GET'],
): Promise<void> {
  const { client, expect, random, world } = trial;
  const { token } = world.application(name);
  for (const method of methods) {
    const mark = random.word(10);
    const path = method === 'GET' ? `/?${mark}` : `/${mark}`;
    const response = await client.request(path, { ...options, method, ...(method === 'POST' && { body: mark }) });
    const asked = whoWasAsked(trial, mark);
    const wanted = called[name]!;
    expect(
      asked === wanted,
      `${wanted}, and nobody else, is asked for ${method} ${path} at ${options.host}`,
      asked === 'nobody' ? `nobody was; the answer was ${said(response)}` : `${asked} was asked`,
      [response],
    );
    if (method === 'GET') {
      expect.status(response, 200);
      expect(response.text.includes(token), `what ${wanted} said ("${token}")`, response.text.slice(0, 80), [response]);
    }
  }
}

/** `status 404`, or why there was no answer. */
export function said({ status, failure }: Response): string {
  return status === 0 ? `no answer: ${failure ?? 'the connection was closed'}` : `status ${status}`;
}

/** A poster of the sandbox, the placeholder when there is no other. */
export async function somePoster({ random, world }: Trial): Promise<string> {
  const names = (await world.listFiles('poster')).filter((name) => /^[\w-]+\.jpg$/.test(name) && name !== '404.jpg');
  return names.length > 0 ? random.pick(names) : '404.jpg';
}
