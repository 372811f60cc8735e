import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A catalog as the course's Flask application is: nothing in its answers says which instance it is. */
export class PlainCatalog {
  readonly films = Array.from({ length: 60 }, (_, id) => ({
    id,
    title: `Film ${id}`,
    popularity: 10 + id / 2,
    genre_ids: [1 + (id % 3)],
    poster_path: `/film-${id}.jpg`,
  }));
  /** Called at each change. */
  onPost = (): void => {};
  readonly #server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const json = (status: number, value: unknown): void => {
      answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    };
    if (url.pathname === '/') return void answer.end('the catalog');
    if (url.pathname === '/status') return void answer.end('OK');
    if (url.pathname === '/discover') {
      const genre = url.searchParams.get('genre');
      return json(
        200,
        this.films.filter(({ genre_ids }) => genre === null || genre_ids.includes(Number(genre))).slice(0, 20),
      );
    }
    if (url.pathname !== '/updatePopularity') return json(404, { error: 'not found' });
    let text = '';
    incoming.on('data', (piece) => {
      text += piece;
    });
    incoming.on('end', () => {
      const { movieId, popularity } = JSON.parse(text);
      const film = this.films.find(({ id }) => String(id) === movieId);
      if (film === undefined) return json(400, { error: 'no such film' });
      film.popularity = popularity;
      json(200, { message: 'changed', new_popularity: popularity });
      this.onPost();
    });
  });

  /** Port on 127.0.0.1. */
  start(): Promise<number> {
    return listen(this.#server);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** A server in front of some others: asks them in the order of `turns`, over and over. */
export class Balancer {
  readonly #server: Server;

  constructor(turns: readonly number[]) {
    let turn = 0;
    this.#server = createServer((incoming, answer) => {
      const { method, url, headers } = incoming;
      const port = turns[turn++ % turns.length];
      const behind = request({ host: '127.0.0.1', port, method, path: url, headers }, (from) => {
        answer.writeHead(from.statusCode!, from.headers);
        from.pipe(answer);
      });
      behind.on('error', () => answer.writeHead(502).end());
      incoming.pipe(behind);
    });
  }

  start(): Promise<number> {
    return listen(this.#server);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
