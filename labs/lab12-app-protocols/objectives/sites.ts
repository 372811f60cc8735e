import {
  type Application,
  type ApplicationName,
  describeStatus,
  type RequestOptions,
  type Response,
  type Seen,
  type Trial,
} from '../../../grader/index.ts';

/** One of the two sites, and the application that is to answer there. */
export interface Site {
  readonly host: string;
  readonly name: ApplicationName;
  /** What the texts call it. */
  readonly called: string;
}

export const python: Site = { host: 'catalog.test', name: 'catalog-uwsgi', called: 'the application in Python' };
export const php: Site = { host: 'www.catalog.test', name: 'catalog-fastcgi', called: 'the application in PHP' };
export const sites: readonly Site[] = [python, php];

export function applicationOf({ world }: Trial, { name }: Site): Application {
  return world.application(name);
}

/** Asks a site, and says what its application saw of it; the mark goes along as a header, whatever happens to the path. */
export async function askSite(
  trial: Trial,
  site: Site,
  path: string,
  options: RequestOptions = {},
): Promise<{ readonly response: Response; readonly seen: Seen }> {
  const mark = trial.random.word(12);
  const headers = { ...options.headers, 'X-Mark': mark };
  const response = await trial.client.request(path, { ...options, host: site.host, headers });
  const arrived = applicationOf(trial, site).seen.filter(
    (one) => one.headers['x-mark'] === mark || one.target.includes(mark),
  );
  const { method } = response.request;
  trial.expect(
    arrived.length > 0,
    `${site.called} gets ${method} ${path}, with its headers`,
    `it never saw it; the answer was ${describeStatus(response)}`,
    [response],
  );
  trial.expect(arrived.length === 1, `${method} ${path} arrives once`, `it came ${arrived.length} times`, [
    response,
    ...arrived,
  ]);
  return { response, seen: arrived[0]! };
}
