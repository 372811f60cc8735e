import {
  closeSync,
  copyFileSync,
  futimesSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type ArchiveLimits, describeBytes, harmlessBytes } from './limits.ts';
import { type Link, resolveLink } from './links.ts';
import { isLitter, partsOf } from './names.ts';
import { Refused, shown } from './refused.ts';

/** A file that is being written. */
export interface Sink {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** The fresh folder into which one archive is extracted. Only plain files and folders ever come to be in it. */
export class Place {
  readonly folder: string;
  readonly #limits: ArchiveLimits;
  readonly #archiveBytes: number;
  readonly #end: number;
  /** Every path in it, folders in between included, by its spelling without case. */
  readonly #known = new Map<string, { readonly path: string; readonly kind: 'file' | 'folder' | 'link' }>();
  readonly #links = new Map<string, Link>();
  #entries = 0;
  #files = 0;
  #bytes = 0;
  #newest = 0;

  /** Makes `folder`, which must not exist yet. `archiveBytes` is the size of the archive itself. */
  constructor(folder: string, archiveBytes: number, limits: ArchiveLimits) {
    this.folder = folder;
    this.#limits = limits;
    this.#archiveBytes = archiveBytes;
    this.#end = performance.now() + limits.time;
    mkdirSync(folder);
  }

  addFolder(name: string): void {
    const parts = this.#enter(name);
    if (!isLitter(parts)) this.#claim(parts, 'folder');
  }

  /** Opens a new file; undefined for one that isn't wanted. `size` is what the archive says, before a byte is read. */
  addFile(name: string, size: number, modified: Date): Sink | undefined {
    const parts = this.#enter(name);
    if (parts.length === 0) throw new Refused('refused', 'a file of the archive has no name');
    this.#checkSize(name, size, this.#bytes + size);
    if (isLitter(parts)) return undefined;
    this.#claim(parts, 'file');
    const file = openSync(path.join(this.folder, ...parts), 'wx', 0o644);
    let written = 0;
    this.#files++;
    return {
      write: (bytes) => {
        written += bytes.length;
        this.#bytes += bytes.length;
        this.#checkSize(name, written, this.#bytes);
        this.checkTime();
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      },
      close: () => {
        const seconds = this.#seconds(modified);
        if (seconds !== undefined) futimesSync(file, seconds, seconds);
        closeSync(file);
      },
    };
  }

  /** Notes a symbolic link, or a hard link when `hard`; it becomes a copy of what it leads to. */
  addLink(name: string, target: string, hard: boolean): void {
    const parts = this.#enter(name);
    if (isLitter(parts)) return;
    this.#claim(parts, 'link');
    const own = parts.join('/');
    this.#links.set(own, { target, from: hard ? '.' : path.posix.dirname(own) });
  }

  /** Puts copies in the place of links. */
  finish(): { readonly files: number; readonly bytes: number; readonly newest?: Date } {
    for (const link of this.#links.keys()) {
      const target = resolveLink(link, this.#links, (file) => this.#known.get(file.toLowerCase()));
      if (target === undefined) continue;
      const source = path.join(this.folder, target);
      const { size, mtime } = statSync(source);
      this.#bytes += size;
      this.#files++;
      this.#checkSize(link, size, this.#bytes);
      copyFileSync(source, path.join(this.folder, link));
      utimesSync(path.join(this.folder, link), mtime, mtime);
    }
    return {
      files: this.#files,
      bytes: this.#bytes,
      ...(this.#newest > 0 && { newest: new Date(this.#newest * 1000) }),
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  checkCount(entries: number): void {
    this.checkTime();
    if (entries > this.#limits.entries)
      throw new Refused('too-large', `the archive has more than ${this.#limits.entries} entries`);
  }

  checkTime(): void {
    if (performance.now() > this.#end)
      throw new Refused('too-large', `the archive could not be extracted within ${this.#limits.time / 1000} s`);
  }

  #enter(name: string): readonly string[] {
    this.checkCount(++this.#entries);
    return partsOf(name, this.#limits);
  }

  /** Takes a path and the folders above it, which are made. */
  #claim(parts: readonly string[], kind: 'file' | 'folder' | 'link'): void {
    parts.forEach((_, i) => {
      const own = parts.slice(0, i + 1).join('/');
      const wanted = i === parts.length - 1 ? kind : 'folder';
      const there = this.#known.get(own.toLowerCase());
      if (there === undefined) {
        this.#known.set(own.toLowerCase(), { path: own, kind: wanted });
        if (wanted === 'folder') mkdirSync(path.join(this.folder, own));
      } else if (there.path !== own)
        throw new Refused('refused', `${shown(there.path)} and ${shown(own)} differ in case alone`);
      else if (there.kind !== 'folder' || wanted !== 'folder')
        throw new Refused('refused', `the archive has ${shown(own)} twice`);
    });
  }

  #checkSize(name: string, file: number, all: number): void {
    const { fileBytes, bytes, ratio } = this.#limits;
    if (file > fileBytes) throw new Refused('too-large', `${shown(name)} is larger than ${describeBytes(fileBytes)}`);
    if (all > bytes) throw new Refused('too-large', `the archive holds more than ${describeBytes(bytes)}`);
    if (all > harmlessBytes && all > ratio * this.#archiveBytes)
      throw new Refused('too-large', `the archive becomes more than ${ratio} times as large as it is`);
  }

  /** Seconds since 1970 of a time that makes sense. */
  #seconds(modified: Date): number | undefined {
    const seconds = modified.getTime() / 1000;
    if (!(seconds > 0 && seconds < 2 ** 32)) return undefined;
    this.#newest = Math.max(this.#newest, seconds);
    return seconds;
  }
}
