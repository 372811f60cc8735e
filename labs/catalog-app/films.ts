import data from './films.json' with { type: 'json' };

export type MediaType = 'movie' | 'tv';

/** One film or series, shaped like an entry of The Movie Database. All of them are made up. */
export interface Film {
  readonly id: number;
  readonly title: string;
  readonly release_date: string;
  readonly overview: string;
  readonly genre_ids: readonly number[];
  readonly popularity: number;
  readonly vote_average: number;
  /** `/name.jpg`: the web server shows it as `/poster/name.jpg`. `null` where nobody drew one. */
  readonly poster_path: string | null;
}

export interface Genre {
  readonly id: number;
  readonly name: string;
}

/** The films (`movie`) and series (`tv`), in the order of their ids. */
export const films: Readonly<Record<MediaType, readonly Film[]>> = { movie: data.movies, tv: data.series };

/** The genres' numbers and names. */
export const genres: readonly Genre[] = data.genres;
