import { closeSync, fchmodSync, futimesSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type Directive, failedCall, systemPath } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { parseHttpDate } from '../http/http-date.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import type { Build, ComplexValue } from '../http/module.ts';
import type { Keeper } from './keeper.ts';
import { headerOf, type ResponseHead } from './response-head.ts';

/** `proxy_store` and its like: where answers are stored; `true` is where a file would be looked for. */
export type Store = 'off' | true | ComplexValue;

/** Reads `proxy_store on | off | path`. Source: ngx_http_proxy_store. */
export function readStore(directive: Directive, build: Build): Store {
  const { text } = directive.words[0]!;
  return text === 'off' ? 'off' : text === 'on' ? true : build.value(text);
}

/** Reads `user:rw group:r all:r` into a mode. Source: ngx_conf_set_access_slot. */
export function readAccess({ words }: Directive, build: Build): number {
  let mode = 0;
  let user = 0o600;
  for (const { text } of words) {
    const [, who, rights] = /^(user|group|all):(rw|r)$/.exec(text) ?? build.fail(`invalid value "${text}"`);
    if (who === 'user') user = 0;
    mode |= (rights === 'rw' ? 6 : 4) << (who === 'user' ? 6 : who === 'group' ? 3 : 0);
  }
  return mode | user;
}

/** What a location says of storing, after the merge. */
export interface StoreLocation {
  store?: Store;
  storeAccess?: number;
}

/** Who stores the answer to this request; `undefined` where nothing is stored. */
export function storingFor(exchange: Exchange, { store, storeAccess }: StoreLocation): Storing | undefined {
  if (store === undefined || store === 'off') return undefined;
  return new Storing(exchange, store === true ? () => mapUriToPath(exchange) : () => store(exchange), storeAccess!);
}

let count = 0;

/**
 * Keeps a whole answer as a file. It is written beside its place and appears there in one step. Source:
 * ngx_http_upstream_store.
 */
export class Storing implements Keeper {
  readonly #exchange: Exchange;
  readonly #place: () => string;
  readonly #access: number;
  #head: ResponseHead | undefined;
  #descriptor = -1;
  #length = 0;
  #name = '';
  #temporary = '';

  /** `place` is the path of the file, asked for once it is certain that there is one. `access` is its mode. */
  constructor(exchange: Exchange, place: () => string, access: number) {
    this.#exchange = exchange;
    this.#place = place;
    this.#access = access;
  }

  failed(): boolean {
    return false;
  }

  failedWith(): void {}

  answered(): boolean {
    return false;
  }

  intercepted(): void {}

  begin(head: ResponseHead): void {
    if (head.status !== 200) return;
    this.#head = head;
    this.#name = systemPath(this.#place());
    this.#temporary = `${this.#name}.${process.pid}.${++count}.tmp`;
    this.#attempt('open', () => {
      const access = this.#access | ((this.#access & 0o444) >> 2);
      mkdirSync(path.dirname(this.#name), { recursive: true, mode: access });
      this.#descriptor = openSync(this.#temporary, 'wx', this.#access);
    });
  }

  get keeps(): boolean {
    return this.#descriptor >= 0;
  }

  write(piece: Buffer): void {
    if (this.#descriptor < 0) return;
    this.#attempt('write', () => {
      for (let at = 0; at < piece.length; ) at += writeSync(this.#descriptor, piece, at);
      this.#length += piece.length;
    });
  }

  complete(): void {
    const { contentLength = this.#length, headers } = this.#head ?? {};
    if (this.#descriptor < 0 || contentLength !== this.#length) {
      this.broken();
      return;
    }
    const lastModified = parseHttpDate(headerOf(headers!, 'last-modified') ?? '') / 1000;
    this.#attempt('rename', () => {
      fchmodSync(this.#descriptor, this.#access);
      if (!Number.isNaN(lastModified)) futimesSync(this.#descriptor, lastModified, lastModified);
      renameSync(this.#temporary, this.#name);
    });
    this.#close();
  }

  broken(): void {
    if (this.#descriptor < 0) return;
    rmSync(this.#temporary, { force: true });
    this.#close();
  }

  #close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  /** A file that can't be written must not stop the answer. */
  #attempt(call: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#exchange.logError('crit', `${failedCall(call, this.#name, error)} while reading upstream`);
      this.broken();
    }
  }
}
