import { promises as files, statfsSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemPath } from '../../config/index.ts';
import { type KeptFile, REPORT_EVERY } from './reports.ts';
import type { CacheNode, CacheZone } from './zone.ts';

/** Most and least milliseconds between two rounds. Source: ngx_http_file_cache_expire, which counts in seconds. */
const MOST_PAUSE = 10_000;
const LEAST_PAUSE = 1_000;
const DIGEST = /^[0-9a-f]{32}$/;
/** What an interrupted write leaves behind: see `EntryWriter`. */
export const TEMPORARY = /^[0-9a-f]{32}\.\d+\.\d+\.tmp$/;

/**
 * Looks after the files of one cache: learns what is there from earlier, removes what nobody asked for in `inactive`,
 * and keeps to `max_size` and `min_free`, in small steps between which the server serves. Holds no process. One process
 * does it for all: nginx has one for it, here it is the master, which workers tell what they store and give.
 */
export class CacheManager {
  readonly #zone: CacheZone;
  readonly #stopped = new AbortController();
  /** ms that what workers tell may be late; 0 while there is nobody to tell. */
  #late = 0;

  constructor(zone: CacheZone) {
    this.#zone = zone;
  }

  start(): void {
    void this.#run().catch(() => {
      // Stopped, or the folder is gone: nothing is left to look after.
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    this.#zone.measure();
    await this.#load(systemPath(this.#zone.path.folder));
    while (!this.#stopped.signal.aborted) {
      const pause = await this.#expire();
      await this.shrink();
      await this.#sleep(Math.max(LEAST_PAUSE, Math.min(MOST_PAUSE, pause)));
    }
  }

  /** A worker tells what it has stored and given. */
  heard(kept: readonly KeptFile[]): void {
    this.#late = 2 * REPORT_EVERY;
    const unknown: KeptFile[] = [];
    for (const file of kept) {
      const [digest, size, last] = file;
      if (this.#zone.nodes.get(digest)?.exists) this.#zone.stored(this.#zone.use(digest, last).node, size);
      else unknown.push(file);
    }
    if (unknown.length > 0) void this.#look(unknown);
  }

  /** What isn't known here is new, or has been removed since it was told. */
  async #look(told: readonly KeptFile[]): Promise<void> {
    for (const [digest, , last] of told) await this.#found(digest, this.#zone.file(digest), last);
  }

  #sleep(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#stopped.signal, ref: false });
  }

  /** Takes up the files of earlier runs. */
  async #load(top: string): Promise<void> {
    const { loaderFiles, loaderSleep } = this.#zone.path;
    let seen = 0;
    const visit = async (folder: string): Promise<void> => {
      const entries = await files.readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        const name = path.join(folder, entry.name);
        if (entry.isDirectory()) await visit(name);
        else if (DIGEST.test(entry.name)) await this.#found(entry.name, name);
        else if (TEMPORARY.test(entry.name)) await this.#leftover(name, entry.name);
        if (++seen % loaderFiles === 0) await this.#sleep(loaderSleep);
      }
    };
    await visit(top);
  }

  async #found(digest: string, file: string, last = Date.now()): Promise<void> {
    const known = this.#zone.nodes.get(digest);
    if (known?.exists) return;
    const facts = await files.stat(file).catch(() => undefined);
    if (facts === undefined) return;
    const { node, fresh } = this.#zone.use(digest, last);
    if (fresh) node.uses = 0;
    if (!node.exists) this.#zone.stored(node, facts.size);
  }

  /** The file of a write whose process is gone. */
  async #leftover(file: string, name: string): Promise<void> {
    if (isAlive(Number(name.split('.')[1]))) return;
    await files.rm(file, { force: true });
  }

  /** Removes what nobody asked for; returns the ms until there is more of it. */
  async #expire(): Promise<number> {
    const { managerFiles, managerSleep } = this.#zone.path;
    const now = Date.now() - this.#late;
    let next = Number.POSITIVE_INFINITY;
    let removed = 0;
    for (const node of [...this.#zone.nodes.values()]) {
      if (node.expire > now) next = Math.min(next, node.expire - now);
      if (node.expire > now || node.holders > 0) continue;
      this.#remove(node);
      if (++removed % managerFiles === 0) await this.#sleep(managerSleep);
    }
    return next;
  }

  /** Removes what was asked for longest ago, until the rest is small enough. */
  async shrink(): Promise<void> {
    if (!this.#tooMuch()) return;
    if (this.#late > 0) await this.#sleep(this.#late);
    const { managerFiles, managerSleep } = this.#zone.path;
    let removed = 0;
    // Almost in this order already: workers tell of a second at a time.
    for (const node of [...this.#zone.nodes.values()].sort((a, b) => a.expire - b.expire)) {
      if (!this.#tooMuch()) break;
      if (node.holders > 0 || !node.exists) continue;
      this.#remove(node);
      if (++removed % managerFiles === 0) await this.#sleep(managerSleep);
    }
  }

  #tooMuch(): boolean {
    const { minFree, folder } = this.#zone.path;
    if (this.#zone.isFull) return true;
    if (minFree === 0) return false;
    const { bavail, bsize } = statfsSync(systemPath(folder));
    return bavail * bsize < minFree;
  }

  #remove(node: CacheNode): void {
    if (node.exists) {
      try {
        unlinkSync(this.#zone.file(node.digest));
      } catch {
        // Somebody else has removed it.
      }
    }
    this.#zone.forget(node);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
