import { promises as files, statfsSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemPath } from '../../config/index.ts';
import type { CacheNode, CacheZone } from './zone.ts';

/** Milliseconds between two rounds when there is nothing to do. Source: ngx_http_file_cache_manager. */
const PAUSE = 10_000;
const DIGEST = /^[0-9a-f]{32}$/;
/** What an interrupted write leaves behind: see `EntryWriter`. */
export const TEMPORARY = /^[0-9a-f]{32}\.\d+\.\d+\.tmp$/;

/**
 * Looks after the files of one cache: learns what is there from earlier, removes what nobody asked for in `inactive`,
 * and keeps to `max_size` and `min_free`, in small steps between which the server serves. Holds no process.
 */
export class CacheManager {
  readonly #zone: CacheZone;
  readonly #stopped = new AbortController();

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
    await this.#load(systemPath(this.#zone.path.folder));
    while (!this.#stopped.signal.aborted) {
      await this.#expire();
      await this.#shrink();
      await this.#sleep(PAUSE);
    }
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

  async #found(digest: string, file: string): Promise<void> {
    const known = this.#zone.nodes.get(digest);
    if (known?.exists) return;
    const facts = await files.stat(file).catch(() => undefined);
    if (facts === undefined) return;
    const { node, fresh } = this.#zone.use(digest);
    if (fresh) node.uses = 0;
    if (!node.exists) this.#zone.stored(node, facts.size);
  }

  /** The file of a write whose process is gone. */
  async #leftover(file: string, name: string): Promise<void> {
    if (isAlive(Number(name.split('.')[1]))) return;
    await files.rm(file, { force: true });
  }

  async #expire(): Promise<void> {
    const { managerFiles, managerSleep } = this.#zone.path;
    const now = Date.now();
    let removed = 0;
    for (const node of [...this.#zone.nodes.values()]) {
      if (node.expire > now) break;
      if (node.holders > 0) continue;
      this.#remove(node);
      if (++removed % managerFiles === 0) await this.#sleep(managerSleep);
    }
  }

  async #shrink(): Promise<void> {
    const { managerFiles, managerSleep } = this.#zone.path;
    let removed = 0;
    for (const node of [...this.#zone.nodes.values()]) {
      if (!this.#tooMuch()) break;
      if (node.holders > 0 || !node.exists) continue;
      this.#remove(node);
      if (++removed % managerFiles === 0) await this.#sleep(managerSleep);
    }
  }

  #tooMuch(): boolean {
    const { maxSize, minFree, folder } = this.#zone.path;
    if (this.#zone.size > maxSize) return true;
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
