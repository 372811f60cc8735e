import {
  type Application,
  type ApplicationAnswer,
  type ApplicationRequest,
  bodyLimit,
  headerPairs,
  jsonAnswer,
  methodNotAllowed,
  splitTarget,
  textAnswer,
  withHeader,
} from './application.ts';
import { type Film, films, type MediaType } from './films.ts';

export interface CatalogOptions {
  /** Who this instance is: shown in `X-Catalog-Instance`, `/` and `/whoami`. */
  readonly name: string;
  /** Makes the random samples of `/discover` repeatable. */
  readonly seed?: number;
}

/** Entries in one answer of `/discover`, at most. */
const pageSize = 20;

/**
 * The film catalog: the application that stands behind the student's web server. It answers as the course's Flask
 * application NetflixMovieCatalog does, and keeps the popularity of each film in memory, each instance for itself.
 */
export function createCatalog({ name, seed }: CatalogOptions): Application {
  const popularity = new Map<number, number>();
  const random = seed === undefined ? Math.random : sequence(seed);

  /** A film as this instance shows it: with the popularity it was told last. */
  const shown = (film: Film): Film => ({ ...film, popularity: popularity.get(film.id) ?? film.popularity });

  function discover({ target }: ApplicationRequest): ApplicationAnswer {
    const { query } = splitTarget(target);
    const type = query.get('type') ?? 'movie';
    if (!isMediaType(type)) return badRequest(`type must be movie or tv, not "${type}".`);
    const genre = query.get('genre');
    if (genre === null) return jsonAnswer(sample(films[type], pageSize, random).map(shown));
    if (!/^\d+$/.test(genre)) return badRequest(`genre must be a number, not "${genre}".`);
    const matching = films[type].filter((film) => film.genre_ids.includes(Number(genre)));
    return jsonAnswer(matching.slice(0, pageSize).map(shown));
  }

  function updatePopularity({ body }: ApplicationRequest): ApplicationAnswer {
    const asked = parseObject(body);
    if (asked === undefined) return badRequest('The body must be a JSON object with movieId and popularity.');
    const { movieId, popularity: wanted } = asked;
    if (movieId === undefined || wanted === undefined) return badRequest('movieId and popularity are required.');
    if (typeof wanted !== 'number') return badRequest('popularity must be a number.');
    const film = [...films.movie, ...films.tv].find(({ id }) => String(id) === String(movieId));
    if (film === undefined) return badRequest(`There is no film with the id ${JSON.stringify(movieId)}.`);
    popularity.set(film.id, wanted);
    return jsonAnswer({ message: `The popularity of ${film.title} was updated.`, new_popularity: wanted });
  }

  /** Somebody who watches a film tells its id, and is told its popularity. */
  function say(message: string): string {
    const film = [...films.movie, ...films.tv].find(({ id }) => String(id) === message);
    if (film === undefined)
      return JSON.stringify({ instance: name, error: `There is no film with the id "${message}".` });
    const { id, title, popularity: now } = shown(film);
    return JSON.stringify({ instance: name, id, title, popularity: now });
  }

  function whoami(request: ApplicationRequest): ApplicationAnswer {
    const { path, query } = splitTarget(request.target);
    const headers: Record<string, string> = {};
    for (const [header, value] of headerPairs(request.headers)) {
      headers[header] = headers[header] === undefined ? value : `${headers[header]}, ${value}`;
    }
    const { method, remoteAddress } = request;
    return jsonAnswer({ instance: name, method, path, query: Object.fromEntries(query), headers, remoteAddress });
  }

  const pages: Readonly<Record<string, Page>> = {
    '/': { methods: reading, answer: () => textAnswer(`Welcome to the film catalog. This is instance ${name}.\n`) },
    '/status': { methods: reading, answer: () => textAnswer('OK') },
    '/discover': { methods: reading, answer: discover },
    '/updatePopularity': { methods: ['POST'], answer: updatePopularity },
    '/live': {
      methods: reading,
      answer: () => withHeader(jsonAnswer({ error: 'This page is a WebSocket.' }, 426), 'Upgrade', 'websocket'),
    },
    '/whoami': { methods: undefined, answer: whoami },
  };

  function answer(request: ApplicationRequest): ApplicationAnswer {
    const { path } = splitTarget(request.target);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return jsonAnswer({ error: `The catalog has no page ${path}.` }, 404);
    if (page.methods !== undefined && !page.methods.includes(request.method)) {
      return methodNotAllowed(request, page.methods);
    }
    if (request.body.length > bodyLimit) return jsonAnswer({ error: 'The body is larger than 8 MiB.' }, 413);
    return page.answer(request);
  }

  return {
    handle: (request) => withHeader(answer(request), 'X-Catalog-Instance', name),
    live: { path: '/live', say },
  };
}

interface Page {
  /** `undefined`: any method. */
  readonly methods: readonly string[] | undefined;
  readonly answer: (request: ApplicationRequest) => ApplicationAnswer;
}

const reading = ['GET', 'HEAD'];

function badRequest(error: string): ApplicationAnswer {
  return jsonAnswer({ error }, 400);
}

function isMediaType(type: string): type is MediaType {
  return type === 'movie' || type === 'tv';
}

function parseObject(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** `size` different entries in random order. */
function sample<T>(from: readonly T[], size: number, random: () => number): T[] {
  const left = [...from];
  const taken: T[] = [];
  while (taken.length < size && left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1));
  return taken;
}

/** Numbers from 0 to below 1, the same ones for the same seed (the "mulberry32" generator). */
function sequence(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
