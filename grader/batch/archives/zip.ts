import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import type { Place } from './place.ts';
import { Refused, shown } from './refused.ts';

/** File types in the upper bits of a Unix mode, stat(2). */
const typeMask = 0o170000;
const types = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/** Bytes of a path in a symbolic link that are read. */
const longestTarget = 4096;

/** Bytes of a local file header before the name (APPNOTE.TXT, 4.3.7). */
const localHeaderBytes = 30;

/** Extracts a .zip. Throws Refused, and Error in the library's words for one that is broken. */
export async function extractZip(file: string, place: Place): Promise<void> {
  const zip = await openPromise(file, { lazyEntries: true, decodeStrings: false, autoClose: false });
  try {
    let folderEnd = -1;
    for (const entry of await entriesInOrder(zip, place)) {
      if (entry.relativeOffsetOfLocalHeader < folderEnd)
        throw new Refused('refused', 'entries of the archive lie over one another');
      folderEnd = entry.relativeOffsetOfLocalHeader + localHeaderBytes + entry.fileNameLength + entry.compressedSize;
      await extractEntry(zip, entry, place);
    }
  } finally {
    zip.close();
  }
}

/** All entries by where their bytes lie. */
async function entriesInOrder(zip: ZipFile, place: Place): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push(entry);
    place.checkCount(entries.length);
  }
  return entries.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
}

async function extractEntry(zip: ZipFile, entry: Entry, place: Place): Promise<void> {
  const name = nameOf(entry);
  const made = entry.versionMadeBy >> 8;
  const type = made === 3 ? (entry.externalFileAttributes >>> 16) & typeMask : 0;
  if (name.endsWith('/') || type === types.folder) {
    if (entry.uncompressedSize > 0) throw new Refused('refused', `the folder ${shown(name)} has content`);
    return place.addFolder(name);
  }
  if (entry.isEncrypted()) throw new Refused('unrecognised', 'the archive is encrypted: hand it in without a password');
  if (type !== 0 && type !== types.file && type !== types.link)
    throw new Refused('refused', `${shown(name)} is neither a file nor a folder`);
  if (!entry.canDecodeFileData())
    throw new Refused(
      'unrecognised',
      `${shown(name)} is compressed in a way that isn't read (${entry.compressionMethod})`,
    );
  if (type === types.link) {
    if (entry.uncompressedSize > longestTarget) throw new Refused('refused', `the link ${shown(name)} is too long`);
    const target: Uint8Array[] = [];
    await read(zip, entry, (bytes) => target.push(bytes));
    return place.addLink(name, Buffer.concat(target).toString(), false);
  }
  const sink = place.addFile(name, entry.uncompressedSize, entry.getLastModDate());
  if (sink === undefined) return;
  try {
    await read(zip, entry, sink.write);
  } finally {
    sink.close();
  }
}

/** The bytes of one entry, whose size and checksum must be as stated. */
async function read(zip: ZipFile, entry: Entry, take: (bytes: Uint8Array) => void): Promise<void> {
  let checksum = 0;
  for await (const bytes of await zip.openReadStreamPromise(entry)) {
    checksum = crc32(bytes, checksum);
    take(bytes);
  }
  if (checksum !== entry.crc32) throw new Error(`the checksum of ${shown(nameOf(entry))} is wrong`);
}

/**
 * A name in UTF-8 where the entry says so or where it can be nothing else (macOS doesn't say so), else in code page 437.
 * Old Windows programs write backslashes between folders.
 */
function nameOf(entry: Entry): string {
  const raw = entry.fileNameRaw;
  const name = isUtf8(raw)
    ? raw.toString()
    : getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
  return name.replaceAll('\\', '/');
}
