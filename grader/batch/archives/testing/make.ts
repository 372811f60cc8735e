import { Header, Pax } from 'tar';
import { ZipFile } from 'yazl';

/** One entry of a made-up archive; a file unless `type` says otherwise. */
export interface Made {
  readonly name: string;
  readonly content?: string | Buffer;
  readonly type?: 'folder' | 'link' | 'hard-link' | 'device' | 'fifo';
  readonly target?: string;
  readonly modified?: Date;
}

const modified = new Date('2030-01-02T03:04:06Z');

/** A .zip. Names that its maker would not take are put in afterwards, see `rename`. */
export async function makeZip(entries: readonly Made[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const entry of entries) {
    const options = { mtime: entry.modified ?? modified, mode: modes[entry.type ?? 'file'] };
    if (entry.type === 'folder') zip.addEmptyDirectory(entry.name, options);
    else zip.addBuffer(Buffer.from(entry.target ?? entry.content ?? ''), entry.name, options);
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const modes = {
  file: 0o100644,
  folder: 0o040755,
  link: 0o120777,
  'hard-link': 0o100644,
  device: 0o060644,
  fifo: 0o010644,
} as const;

/** Puts other bytes of the same length in the place of some, everywhere in an archive. */
export function rename(archive: Buffer, from: string | Buffer, to: string | Buffer): Buffer {
  const [old, next] = [Buffer.from(from as string, 'latin1'), Buffer.from(to as string, 'latin1')];
  if (old.length !== next.length) throw new RangeError(`${from} and ${to} differ in length`);
  const renamed = Buffer.from(archive);
  for (let at = renamed.indexOf(old); at !== -1; at = renamed.indexOf(old, at + 1)) next.copy(renamed, at);
  return renamed;
}

const kinds = {
  file: 'File',
  folder: 'Directory',
  link: 'SymbolicLink',
  'hard-link': 'Link',
  device: 'BlockDevice',
  fifo: 'FIFO',
} as const;

/** A .tar, in which everything is possible. */
export function makeTar(entries: readonly Made[]): Buffer {
  const blocks = entries.flatMap(({ name, type, content = '', target, modified: mtime = modified }) => {
    const body = Buffer.from(content as string);
    const facts = {
      path: name,
      type: kinds[type ?? 'file'],
      size: body.length,
      mode: 0o644,
      mtime,
      ...(target !== undefined && { linkpath: target }),
    };
    const header = Buffer.alloc(512);
    const long = new Header(facts).encode(header, 0);
    const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512);
    body.copy(padded);
    return [...(long ? [new Pax(facts).encode()] : []), header, padded];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
