import { type Client, type Film, filmsOf, type Response, type Trial } from '../../../grader/index.ts';

type BurstOptions = NonNullable<Parameters<Client['burst']>[1]>;

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
    // The applications are somebody's own, and go on after this check, however it ends.
    trial.afterwards((client) => mark.#remove(client));
    const response = await mark.#post(trial.client, value);
    trial.expect.status(response, 200);
    return mark;
  }

  /** Asks for the film `requests` times and counts the answers of the marked instance and those of any other. */
  async read(
    requests: number,
    kind: 'identical' | 'different',
    options: BurstOptions = {},
    client = this.#trial.client,
  ): Promise<{ readonly marked: number; readonly unmarked: number; readonly responses: readonly Response[] }> {
    const word = this.#trial.random.word();
    const responses: Response[] = [];
    let marked = 0;
    let unmarked = 0;
    // Answers may be samples in which the film is missing: these say nothing and are asked for again.
    for (let round = 0; round < 8 && marked + unmarked < requests; round++) {
      const missing = requests - marked - unmarked;
      const paths = Array.from({ length: missing }, (_, i) =>
        kind === 'different' ? `${this.#path}&n=${word}${round}-${i}` : this.#path,
      );
      for (const response of await client.burst(paths, options)) {
        responses.push(response);
        const film = filmsOf(response).find((one) => one.id === this.#film.id);
        if (film === undefined) continue;
        if (film.popularity === this.#value) marked++;
        else unmarked++;
      }
    }
    return { marked, unmarked, responses };
  }

  /** Puts the old value back, wherever the marked instance is reached; gives up after 60 rounds. */
  async #remove(client: Client): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await this.#post(client, this.#film.popularity);
      // An odd or even number of reads, by chance: with a fixed one, turns could send every post to the same instance.
      const { marked } = await this.read(16 + this.#trial.random.integer(2), 'different', {}, client);
      if (marked === 0) return;
    }
  }

  #post(client: Client, popularity: number): Promise<Response> {
    return client.request('/updatePopularity', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ movieId: String(this.#film.id), popularity }),
    });
  }
}

/** A film that the answers to one path show, every time if there is one (answers without a genre are random samples). */
async function findSteadyFilm(trial: Trial): Promise<{ readonly path: string; readonly film: Film }> {
  const sample = await trial.client.get('/discover?type=movie');
  trial.expect.status(sample, 200);
  const genres = new Set(filmsOf(sample).flatMap((film) => film.genre_ids ?? film.genres ?? []));
  let best: { path: string; film: Film; times: number } | undefined;
  for (const genre of genres) {
    const path = `/discover?type=movie&genre=${genre}`;
    const lists = (await trial.client.burst(Array.from({ length: 6 }, () => path))).map(filmsOf);
    for (const film of lists[0] ?? []) {
      const found = lists.flatMap((list) => list.find((other) => other.id === film.id) ?? []);
      // Instances that don't agree on a film can't have its old value put back.
      if (found.some((other) => other.popularity !== film.popularity)) continue;
      const times = found.length;
      if (times > (best?.times ?? 0)) best = { path, film, times };
    }
    if (best?.times === lists.length) break;
  }
  trial.expect(best !== undefined, 'films of a genre in the answers of /discover', sample.text.slice(0, 80), [sample]);
  return best!;
}
