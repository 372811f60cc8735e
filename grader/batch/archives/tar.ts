import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import type { Place } from './place.ts';
import { Refused, shown } from './refused.ts';

/** Extracts a .tar, or a .tar.gz when `compressed`. Throws Refused, and Error in the library's words for one that is broken. */
export async function extractTar(file: string, compressed: boolean, place: Place): Promise<void> {
  const bytes = createReadStream(file);
  // The pipeline hands errors on; they come out of the loop below.
  const stream = compressed ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  let failure: Error | undefined;
  const attempt = (work: () => void): void => {
    try {
      if (failure === undefined) work();
    } catch (error) {
      failure = error as Error;
    }
  };
  const parser = new Parser({ strict: true });
  let begun = false;
  for (const event of ['entry', 'ignoredEntry', 'meta'])
    parser.on(event, () => {
      begun = true;
    });
  parser.on('error', (error: Error) => {
    failure ??= begun || /truncated/i.test(error.message) ? error : noArchive();
  });
  parser.on('entry', (entry: ReadEntry) => {
    attempt(() => extractEntry(entry, place, attempt));
    if (failure !== undefined || !entry.flowing) entry.resume();
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => attempt(() => refuse(entry)));
  for await (const piece of stream) {
    parser.write(piece);
    attempt(() => place.checkTime());
    if (failure !== undefined) throw failure;
  }
  parser.end();
  if (failure !== undefined) throw failure;
}

/** Everything happens while the parser reads, so that no entry waits in memory. */
function extractEntry(entry: ReadEntry, place: Place, attempt: (work: () => void) => void): void {
  switch (entry.type) {
    case 'Directory':
    case 'GNUDumpDir':
      place.addFolder(entry.path);
      return;
    case 'SymbolicLink':
    case 'Link':
      place.addLink(entry.path, entry.linkpath ?? '', entry.type === 'Link');
      return;
    case 'File':
    case 'OldFile':
    case 'ContiguousFile': {
      const sink = place.addFile(entry.path, entry.size, entry.mtime ?? new Date(0));
      if (sink === undefined) return;
      entry.on('data', (bytes: Buffer) => attempt(() => sink.write(bytes)));
      entry.on('end', () => sink.close());
      return;
    }
    default:
      refuse(entry);
  }
}

function refuse(entry: ReadEntry): void {
  throw new Refused('refused', `${shown(entry.path)} is neither a file nor a folder`);
}

function noArchive(): Refused {
  return new Refused('unrecognised', 'it is no archive: neither zip nor tar is in it');
}
