import type { CoreLocation } from './configuration.ts';
import type { ByteSource } from './file-body.ts';
import { KeptAnswer } from './kept-answer.ts';
import { type Kept, SecondChance } from './second-chance.ts';

/** Bytes of all kept files together. A small one in demand takes twice as much, for it is kept with its head as well. */
const MOST_KEPT = 32 * 1024 * 1024;
const MOST_FILES = 10_000;
/** Bytes that are handed to a socket at a time. */
const PIECE = 1_048_576;

/** What is kept of a file. */
export interface FileFacts {
  /** The path, as bytes. */
  readonly name: Buffer;
  readonly body: Buffer;
  readonly inode: number;
  readonly modified: number;
  readonly size: number;
  readonly lastModified: Date;
  readonly etag: string;
  readonly contentType: string | undefined;
}

/** A file in memory. */
export class KeptFile implements Kept {
  readonly facts: FileFacts;
  readonly answer: KeptAnswer;
  /** When it was last compared with the one on disk (milliseconds of performance.now). */
  checked: number;
  wanted = false;
  readers = 0;
  readonly shelf: Map<string, KeptFile>;
  readonly key: string;

  constructor(facts: FileFacts, checked: number, shelf: Map<string, KeptFile>, key: string) {
    this.facts = facts;
    this.answer = new KeptAnswer(facts.body);
    this.checked = checked;
    this.shelf = shelf;
    this.key = key;
  }

  get size(): number {
    return this.facts.size;
  }
}

/** Files kept in memory, by place of the configuration and by what of the request decides which file it is there. */
export class KeptFiles {
  readonly #shelves = new Map<CoreLocation, Map<string, KeptFile>>();
  readonly #kept = new SecondChance<KeptFile>(MOST_KEPT, MOST_FILES, ({ shelf, key }) => shelf.delete(key));

  find(core: CoreLocation, key: string): KeptFile | undefined {
    const file = this.#shelves.get(core)?.get(key);
    if (file !== undefined) file.wanted = true;
    return file;
  }

  makeRoom(size: number): boolean {
    return this.#kept.makeRoom(size);
  }

  /** Keeps a file for which there is room; `now` is when it was read. */
  keep(core: CoreLocation, key: string, facts: FileFacts, now: number): KeptFile {
    let shelf = this.#shelves.get(core);
    if (shelf === undefined) {
      shelf = new Map();
      this.#shelves.set(core, shelf);
    }
    const file = new KeptFile(facts, now, shelf, key);
    shelf.set(key, file);
    this.#kept.add(file);
    return file;
  }

  drop(file: KeptFile): void {
    this.#kept.drop(file);
  }

  /** The bytes of a file for an answer that is sent piece by piece. */
  read(file: KeptFile): ByteSource {
    file.readers++;
    return {
      piece: PIECE,
      read: (at, most) => file.facts.body.subarray(at, at + most),
      close: () => this.#kept.release(file),
    };
  }
}
