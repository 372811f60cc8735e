import { statfsSync } from 'node:fs';
import { systemPath } from '../../config/index.ts';
import { KeptEntries } from './kept-entries.ts';
import { pathOf } from './keys.ts';
import type { CacheReports } from './reports.ts';

/** `proxy_cache_path` as it was written. Times in milliseconds, sizes in bytes. Source: ngx_http_file_cache_set_slot. */
export interface CachePath {
  readonly folder: string;
  readonly name: string;
  /** Digits of the digest in each level of folders. */
  readonly levels: readonly number[];
  readonly keysSize: number;
  readonly inactive: number;
  /** Infinity for no limit. */
  readonly maxSize: number;
  readonly minFree: number;
  readonly useTempPath: boolean;
  readonly managerFiles: number;
  readonly managerSleep: number;
  readonly loaderFiles: number;
  readonly loaderSleep: number;
}

/** One key of a cache. */
export interface CacheNode {
  readonly digest: string;
  uses: number;
  /** Its file was there when it was last looked for. */
  exists: boolean;
  /** Bytes of the file. */
  size: number;
  /** Someone is fetching it; others may wait until then (milliseconds of performance.now) before they try themselves. */
  updating: boolean;
  lockedUntil: number;
  /** An error answer that is kept without a file (`proxy_intercept_errors`), and until when (seconds). */
  error: number;
  errorUntil: number;
  /** When it may be forgotten if nobody asks for it again (milliseconds since 1970). */
  expire: number;
  /** Requests that hold it. */
  holders: number;
  /** Requests that wait for the one that is fetching it. */
  readonly waiting: Set<() => void>;
}

/** Bytes of the keys zone that nginx needs for one key. */
const BYTES_PER_KEY = 128;

/** The index of one cache: who asked for what, and what is on disk. The node that was asked for last stands last. */
export class CacheZone {
  path: CachePath;
  readonly nodes = new Map<string, CacheNode>();
  readonly kept = new KeptEntries();
  /** Bytes of all files that are known, in whole blocks of the file system, as nginx counts them. */
  size = 0;
  /** Whom to tell what is asked for, where another process manages the files. */
  reports: CacheReports | undefined;
  #block = 4096;
  #writers = 0;

  constructor(path: CachePath) {
    this.path = path;
  }

  /** Where the file of a digest is, for the operating system. */
  file(digest: string): string {
    return systemPath(`${this.path.folder}/${pathOf(digest, this.path.levels)}`);
  }

  /** A number that no other file being written has. */
  nextWriter(): number {
    return ++this.#writers;
  }

  /** Finds out the size of a block; until the folder is there it is taken to be 4 KB. */
  measure(): void {
    try {
      this.#block = statfsSync(systemPath(this.path.folder)).bsize;
    } catch {
      return;
    }
    this.size = 0;
    for (const { size } of this.nodes.values()) this.size += this.#onDisk(size);
  }

  /** Whether the files are as large together as they may be. Source: ngx_http_file_cache_manager. */
  get isFull(): boolean {
    return this.size >= Math.floor(this.path.maxSize / this.#block) * this.#block;
  }

  #onDisk(size: number): number {
    return Math.ceil(size / this.#block) * this.#block;
  }

  /** The node of a digest, made when it isn't there; it counts as used `now` (ms since 1970), if not later. */
  use(digest: string, now = Date.now()): { readonly node: CacheNode; readonly fresh: boolean } {
    let node = this.nodes.get(digest);
    const fresh = node === undefined;
    if (node === undefined) {
      node = {
        digest,
        uses: 0,
        exists: false,
        size: 0,
        updating: false,
        lockedUntil: 0,
        error: 0,
        errorUntil: 0,
        expire: 0,
        holders: 0,
        waiting: new Set(),
      };
      this.#makeRoom();
    } else {
      this.nodes.delete(digest);
    }
    this.nodes.set(digest, node);
    node.uses++;
    node.expire = Math.max(node.expire, now + this.path.inactive);
    this.reports?.asked(digest, now);
    return { node, fresh };
  }

  /** The file of a node is there and has so many bytes. */
  stored(node: CacheNode, size: number): void {
    this.size += this.#onDisk(size) - this.#onDisk(node.size);
    node.size = size;
    node.exists = true;
    node.error = 0;
  }

  /** The file of a node is not there (any more). */
  gone(node: CacheNode): void {
    this.kept.forget(node.digest);
    this.size -= this.#onDisk(node.size);
    node.size = 0;
    node.exists = false;
  }

  forget(node: CacheNode): void {
    this.gone(node);
    this.nodes.delete(node.digest);
  }

  /** Forgets, files left alone, what nobody asked this process for in `inactive`. */
  forgetInactive(now: number): void {
    for (const node of this.nodes.values()) {
      if (node.expire > now) break;
      if (node.holders === 0) this.forget(node);
    }
  }

  /** A full zone forgets what was asked for longest ago; its file stays, and is found again when it is asked for. */
  #makeRoom(): void {
    if (this.nodes.size < this.path.keysSize / BYTES_PER_KEY) return;
    for (const node of this.nodes.values()) {
      if (node.holders > 0) continue;
      this.forget(node);
      return;
    }
  }
}
