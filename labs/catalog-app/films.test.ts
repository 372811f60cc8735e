import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCatalog } from './catalog.ts';
import { films, genres } from './films.ts';

const posterFolder = new URL('./posters/', import.meta.url);
const all = [...films.movie, ...films.tv];

describe('the films', () => {
  it('are at least 60 films and 60 series', () => {
    expect(films.movie.length).toBeGreaterThanOrEqual(60);
    expect(films.tv.length).toBeGreaterThanOrEqual(60);
  });

  it('have ids and titles of their own', () => {
    expect(new Set(all.map((film) => film.id)).size).toBe(all.length);
    expect(new Set(all.map((film) => film.title)).size).toBe(all.length);
  });

  it('have known genres, a date, a popularity and a few words each', () => {
    const known = new Set(genres.map((genre) => genre.id));
    for (const film of all) {
      expect(film.genre_ids.length, film.title).toBeGreaterThan(0);
      expect(
        film.genre_ids.filter((id) => !known.has(id)),
        film.title,
      ).toEqual([]);
      expect(Number.isNaN(Date.parse(film.release_date)), film.title).toBe(false);
      expect(film.popularity, film.title).toBeGreaterThan(0);
      expect(film.overview.length, film.title).toBeGreaterThan(40);
    }
  });
});

describe('the posters', () => {
  const files = readdirSync(posterFolder);

  it('belong to films, all but the placeholder', () => {
    const named = all.flatMap((film) => (film.poster_path === null ? [] : [film.poster_path.slice(1)]));
    expect([...named, '404.jpg'].sort()).toEqual(files.toSorted());
    expect(named.length).toBeGreaterThanOrEqual(12);
  });

  it('are different JPEG files of 10 to 60 KB', () => {
    const contents = files.map((file) => readFileSync(new URL(file, posterFolder)));
    for (const [index, bytes] of contents.entries()) {
      expect(bytes.subarray(0, 3).toString('hex'), files[index]).toBe('ffd8ff');
      expect(bytes.subarray(-2).toString('hex'), files[index]).toBe('ffd9');
      expect(bytes.length, files[index]).toBeGreaterThanOrEqual(10_000);
      expect(bytes.length, files[index]).toBeLessThanOrEqual(60_000);
    }
    expect(new Set(contents.map((bytes) => bytes.toString('latin1'))).size).toBe(files.length);
  });
});

describe('a catalog without sockets', () => {
  const sample = (seed: number) =>
    createCatalog({ name: 'x', seed })
      .handle({ method: 'GET', target: '/discover', headers: [], body: Buffer.alloc(0), remoteAddress: '::1' })
      .body.toString();

  it('repeats its random samples with the same seed', () => {
    expect(sample(7)).toBe(sample(7));
    expect(sample(7)).not.toBe(sample(8));
  });
});
