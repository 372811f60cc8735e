import type { CoreLocation } from './configuration.ts';
import type { ByteSource } from './file-body.ts';
import { KeptAnswer } from './kept-answer.ts';

/** Bytes of all kept files together. A small one in demand takes twice as much, for it is kept with its head as well. */
const MOST_KEPT = 32 * 1024 * 1024;
const MOST_FILES = 10_000;

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
export class KeptFile {
  readonly facts: FileFacts;
  readonly answer: KeptAnswer;
  /** When it was last compared with the one on disk (milliseconds of performance.now). */
  checked: number;
  /** Somebody has wanted it since it was last looked at for being dropped. */
  wanted = false;
  /** Answers that are being sent from it, piece by piece. */
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
}

/**
 * Files kept in memory, by place of the configuration and by what of the request decides which file it is there. When
 * there is no more room, the first one goes that nobody has wanted since the last look (second chance).
 */
export class KeptFiles {
  readonly #shelves = new Map<CoreLocation, Map<string, KeptFile>>();
  /** In the order in which they will be looked at. */
  readonly #files = new Set<KeptFile>();
  #bytes = 0;

  find(core: CoreLocation, key: string): KeptFile | undefined {
    const file = this.#shelves.get(core)?.get(key);
    if (file !== undefined) file.wanted = true;
    return file;
  }

  /** Whether there is room for so many bytes, once others have gone. */
  makeRoom(size: number): boolean {
    // Twice round finds whatever may go: the first time everything may have been wanted.
    for (let looks = 2 * this.#files.size; looks > 0 && !this.#fits(size); looks--) {
      const [first] = this.#files;
      if (first!.wanted || first!.readers > 0) {
        first!.wanted = false;
        this.#files.delete(first!);
        this.#files.add(first!);
      } else this.drop(first!);
    }
    return this.#fits(size);
  }

  #fits(size: number): boolean {
    return this.#bytes + size <= MOST_KEPT && this.#files.size < MOST_FILES;
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
    this.#files.add(file);
    this.#bytes += facts.size;
    return file;
  }

  /** Forgets a file; its bytes count for as long as answers are sent from it. */
  drop(file: KeptFile): void {
    if (!this.#files.delete(file)) return;
    file.shelf.delete(file.key);
    if (file.readers === 0) this.#bytes -= file.facts.size;
  }

  /** The bytes of a file for an answer that is sent piece by piece. */
  read(file: KeptFile): ByteSource {
    file.readers++;
    return {
      piece: PIECE,
      read: (at, most) => file.facts.body.subarray(at, at + most),
      close: () => {
        file.readers--;
        if (file.readers === 0 && !this.#files.has(file)) this.#bytes -= file.facts.size;
      },
    };
  }
}

/** Bytes that are handed to a socket at a time. */
const PIECE = 1_048_576;
