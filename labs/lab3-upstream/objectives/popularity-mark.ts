import type { Response, Trial } from '../../../grader/index.ts';

interface Film {
  readonly id: number | string;
  readonly popularity: number;
  readonly genre_ids?: readonly number[];
  readonly genres?: readonly number[];
}

/**
 * Tells two instances of the course's application apart without any header: a popularity posted once is known to the
 * instance that took it and to no other, since each keeps its films in memory.
 * Source: the course's NetflixMovieCatalog, `/updatePopularity` and `/discover`.
 */
export class PopularityMark {
  readonly #trial: Trial;
  readonly #path: string;
  readonly #film: Film;
  readonly #value: number;

  private constructor(trial: Trial, path: string, film: Film, value: number) {
    this.#trial = trial;
    this.#path = path;
    this.#film = film;
    this.#value = value;
  }

  /** Marks one instance. Throws NotMet when the films can't be read or changed. */
  static async place(trial: Trial): Promise<PopularityMark> {
    const { path, film } = await findSteadyFilm(trial);
    const value = film.popularity + 1 + trial.random.integer(1_000_000) / 1_000;
    const mark = new PopularityMark(trial, path, film, value);
    const response = await mark.#post(value);
    trial.expect.status(response, 200);
    return mark;
  }

  /** Asks for the film `requests` times and counts the answers of the marked instance and those of any other. */
  async read(
    requests: number,
    kind: 'identical' | 'different',
  ): Promise<{ readonly marked: number; readonly unmarked: number; readonly responses: readonly Response[] }> {
    const word = this.#trial.random.word();
    const paths = Array.from(
      { length: requests },
      (_, i) => this.#path + (kind === 'different' ? `&n=${word}${i}` : ''),
    );
    const responses = await this.#trial.client.burst(paths);
    let marked = 0;
    let unmarked = 0;
    for (const response of responses) {
      const film = filmsOf(response).find((one) => one.id === this.#film.id);
      if (film === undefined) continue;
      if (film.popularity === this.#value) marked++;
      else unmarked++;
    }
    return { marked, unmarked, responses };
  }

  /** Puts the old value back, wherever the marked instance is reached; gives up after 60 rounds. */
  async remove(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await this.#post(this.#film.popularity);
      // An odd or even number of reads, by chance: with a fixed one, turns could send every post to the same instance.
      const { marked } = await this.read(16 + this.#trial.random.integer(2), 'different');
      if (marked === 0) return;
    }
  }

  #post(popularity: number): Promise<Response> {
    return this.#trial.client.request('/updatePopularity', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ movieId: String(this.#film.id), popularity }),
    });
  }
}

function filmsOf(response: Response): readonly Film[] {
  try {
    const list = response.json();
    return Array.isArray(list) ? (list as readonly Film[]) : [];
  } catch {
    return [];
  }
}

/** A film that every answer to one path shows (answers without a genre are random samples). */
async function findSteadyFilm(trial: Trial): Promise<{ readonly path: string; readonly film: Film }> {
  const sample = await trial.client.get('/discover?type=movie');
  trial.expect.status(sample, 200);
  const films = filmsOf(sample);
  const genres = new Set(films.flatMap((film) => film.genre_ids ?? film.genres ?? []));
  for (const genre of genres) {
    const path = `/discover?type=movie&genre=${genre}`;
    const lists = (await trial.client.burst(Array.from({ length: 6 }, () => path))).map(filmsOf);
    const film = lists[0]?.find((one) => lists.every((list) => list.some((other) => other.id === one.id)));
    if (film !== undefined) return { path, film };
  }
  trial.expect(false, 'films of a genre that /discover lists each time', sample.text.slice(0, 80), [sample]);
  throw new Error('unreachable');
}
