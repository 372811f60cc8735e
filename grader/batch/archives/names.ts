import type { ArchiveLimits } from './limits.ts';
import { Refused, shown } from './refused.ts';

/** Bytes of one part of a path, and of the whole path: the limits of the file systems in use. */
const longestPart = 255;
const longestPath = 1024;

/**
 * The parts of an entry's name, `.` and doubled slashes taken out; none for the archive's root. Throws Refused for a
 * name that leads out of its place or that a file system can't hold.
 */
export function partsOf(name: string, limits: ArchiveLimits): readonly string[] {
  if (/[\0-\x1f\x7f-\x9f]/.test(name))
    throw new Refused('refused', `${shown(name)} has control characters in its name`);
  if (name.includes('\\')) throw new Refused('refused', `${shown(name)} has a backslash in its name`);
  if (name.startsWith('/')) throw new Refused('refused', `${shown(name)} is an absolute path`);
  if (/^[A-Za-z]:/.test(name)) throw new Refused('refused', `${shown(name)} names a drive`);
  const parts = name
    .normalize('NFC')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Refused('refused', `${shown(name)} leads out of the archive`);
  const long = Buffer.byteLength(parts.join('/')) > longestPath;
  if (long || parts.some((part) => Buffer.byteLength(part) > longestPart))
    throw new Refused('refused', `${shown(name)} is too long a name`);
  if (parts.length - 1 > limits.depth)
    throw new Refused('refused', `${shown(name)} lies more than ${limits.depth} folders deep`);
  return parts;
}

/** Whether an operating system put it there for itself: nothing that a student hands in. */
export function isLitter(parts: readonly string[]): boolean {
  const last = parts.at(-1) ?? '';
  return (
    parts.includes('__MACOSX') || last.startsWith('._') || ['.DS_Store', 'Thumbs.db', 'desktop.ini'].includes(last)
  );
}
