import type { Application, RequestOptions, Response, Seen, Trial, User } from '../../../grader/index.ts';

/** The site that has something to hide. */
export const host = 'backoffice.test';

/** Words that stand on every page below /admin/, and nowhere else. */
export const secret = 'Only the staff should be able to read this';

export const authBasic = 'https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html';

/** The application behind the site. */
export function office({ world }: Trial): Application {
  return world.application('back-office');
}

/** The header by which a client says who it is (RFC 7617). */
export function basic(name: string, password: string): Record<string, string> {
  return { Authorization: `Basic ${encoded(`${name}:${password}`)}` };
}

/** Base64 of a text. */
export function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** One of the users that the server has to know. */
export function someUser({ random, world }: Trial): User {
  return random.pick(world.users);
}

/**
 * A request for a page of the back office. Those of one objective share a connection, as those of a browser do: who was
 * let in before says nothing about the next request.
 */
export function ask(trial: Trial, path: string, options: RequestOptions = {}): Promise<Response> {
  const asked = { host, ...options };
  return trial.client.request(path, { connection: `visit of ${asked.host}`, ...asked });
}

/** Arrivals at the back office that carry a mark. */
export function arrivals(trial: Trial, mark: string): readonly Seen[] {
  return office(trial).seen.filter(({ target }) => target.includes(mark));
}

/** That an answer turns somebody away and asks who he is: 401 with a realm, and none of the page. */
export function expectQuestion({ expect }: Trial, response: Response): void {
  expect.status(response, 401);
  expect.header(response, 'www-authenticate', /^Basic\s+(.*,\s*)?realm=("[^"]*"|[^\s",]+)/i);
  expect(!response.text.includes(secret), 'nothing of the page', 'the page came with the refusal', [response]);
}

/** That nothing with this mark got as far as the application. */
export function expectNotAsked(trial: Trial, mark: string, response: Response): void {
  const [seen] = trial.world.has('applications') ? arrivals(trial, mark) : [];
  trial.expect(
    seen === undefined,
    'the application is not asked',
    `it was asked for ${seen?.target}`,
    seen === undefined ? [] : [response, seen],
  );
}
