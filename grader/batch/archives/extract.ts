import { open, stat } from 'node:fs/promises';
import type { SubmissionProblem } from '../graded.ts';
import { type ArchiveLimits, submissionLimits } from './limits.ts';
import { Place } from './place.ts';
import { Refused } from './refused.ts';

/** What became of an archive. */
export type Extraction =
  | {
      readonly kind: 'extracted';
      readonly folder: string;
      readonly files: number;
      readonly bytes: number;
      /** When the youngest file was changed, as far as the archive says. */
      readonly newest?: Date;
    }
  /** Nothing of it is left on the disk. */
  | { readonly kind: 'refused'; readonly problem: SubmissionProblem };

/**
 * Extracts a .zip, .tar or .tar.gz (told by what is in it, not by its name) into `folder`, which must not exist and whose
 * parent must. Out come plain files and folders alone, with the modification times of the archive: links become copies.
 * One level: archives in the archive stay files. Throws when the disk or the folder can't be written, or the file read.
 */
export async function extractArchive(
  file: string,
  folder: string,
  limits: ArchiveLimits = submissionLimits,
): Promise<Extraction> {
  const { size } = await stat(file);
  let place: Place | undefined;
  try {
    const format = await formatOf(file);
    place = new Place(folder, size, limits);
    if (format === 'zip') {
      const { extractZip } = await import('./zip.ts');
      await extractZip(file, place);
    } else {
      const { extractTar } = await import('./tar.ts');
      await extractTar(file, format === 'gzip', place);
    }
    const facts = place.finish();
    if (facts.files === 0) throw new Refused('empty', 'the archive has no files in it');
    return { kind: 'extracted', folder, ...facts };
  } catch (error) {
    place?.remove();
    if (error instanceof Refused) return { kind: 'refused', problem: error.problem };
    if (isOfSystem(error)) throw error;
    return { kind: 'refused', problem: { kind: 'broken-archive', reason: brokenReason(error as Error) } };
  }
}

/** Formats that other programs make, by how their files begin. */
const unread: readonly (readonly [string, string])[] = [
  ['526172211a07', 'RAR'],
  ['377abcaf271c', '7-Zip'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
  ['28b52ffd', 'zstd'],
];

async function formatOf(file: string): Promise<'zip' | 'gzip' | 'tar'> {
  const head = Buffer.alloc(8);
  const handle = await open(file);
  const { bytesRead } = await handle.read(head, 0, head.length, 0).finally(() => handle.close());
  if (bytesRead === 0) throw new Refused('empty', 'the archive is an empty file');
  const hex = head.toString('hex');
  const other = unread.find(([start]) => hex.startsWith(start))?.[1];
  if (other !== undefined) throw new Refused('unrecognised', `it is a ${other} archive: hand in .zip, .tar or .tar.gz`);
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return 'zip';
  return hex.startsWith('1f8b') ? 'gzip' : 'tar';
}

/** Whether the machine failed, and not the archive. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function brokenReason({ message }: Error): string {
  if (/unexpected end of file|truncated|not enough bytes|signature not found/i.test(message))
    return 'the archive is cut short: its end is missing';
  return `the archive is damaged: ${message}`;
}
