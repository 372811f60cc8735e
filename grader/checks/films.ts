import type { RequestOptions, Response, Trial } from '../lab.ts';

/** A film as the catalog of the course shows it. */
export interface Film {
  readonly id: number | string;
  readonly popularity: number;
  readonly genre_ids?: readonly number[];
  readonly genres?: readonly number[];
  /** `/NAME.jpg` */
  readonly poster_path?: string | null;
}

/** The films in an answer of `/discover`; none when it is something else. */
export function filmsOf(response: Response): readonly Film[] {
  try {
    const list = response.json();
    return Array.isArray(list) ? (list as readonly Film[]) : [];
  } catch {
    return [];
  }
}

/** That the application behind a server which can't be looked into answers as the catalog does. */
export async function expectCatalog({ client, expect }: Trial, options: RequestOptions = {}): Promise<void> {
  expect.status(await client.get('/', options), 200);
  expect.body(await client.get('/status', options), /^"?OK"?\s*$/);
  const films = await client.get('/discover?type=movie', options);
  expect.status(films, 200);
  expect(filmsOf(films).length > 0, 'a JSON array of films', films.text.slice(0, 80), [films]);
}

/** Paths of posters that the films of the catalog name, at most 12; none when no film names one. */
export async function posterPaths({ client }: Trial, options: RequestOptions = {}): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const type of ['movie', 'tv']) {
    for (const film of filmsOf(await client.get(`/discover?type=${type}`, options))) {
      if (/^\/[\w-]+\.jpg$/.test(film.poster_path ?? '')) paths.add(`/poster${film.poster_path}`);
    }
  }
  return [...paths].slice(0, 12);
}

/** That at least one poster of those which the films name is there, as an image; returns its path. */
export async function expectPoster(trial: Trial, options: RequestOptions = {}): Promise<string> {
  const paths = await posterPaths(trial, options);
  const answers: Response[] = [];
  for (const path of paths) {
    const answer = await trial.client.get(path, options);
    const isImage = /^image\//i.test(answer.headers['content-type'] ?? '') && answer.body.length > 100;
    if (answer.status === 200 && isImage) {
      trial.expect(true, '', '');
      return path;
    }
    answers.push(answer);
  }
  const received = paths.length === 0 ? 'no film names one' : 'none of them is';
  trial.expect(false, 'an image for one of the posters that the films name', received, answers.slice(0, 3));
  return '';
}
