import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** Writes files as a zip archive. */
export async function writeZip(
  place: string,
  files: readonly { readonly path: string; readonly content: string }[],
): Promise<void> {
  const zip = new ZipFile();
  for (const { path, content } of files) zip.addBuffer(Buffer.from(content), path);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(place));
}
