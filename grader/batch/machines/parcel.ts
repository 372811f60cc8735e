import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { submissionLimits } from '../archives/index.ts';
import type { GradeTask } from '../isolation/index.ts';

/** A task with the bytes of its submission, for a machine that shares no disk with this one. */
export interface Parcel {
  /** gzip of JSON, in base64. */
  readonly content: string;
  /** SHA-256 (hex) of the JSON. */
  readonly digest: string;
  /** Digest of the workbook that has to grade it: another one would judge otherwise. */
  readonly workbook: string;
}

/** The submission is too large to travel. */
export class ParcelTooLarge extends Error {
  override readonly name = 'ParcelTooLarge';
}

/** A parcel that is not what was sent, or that wants more than it may. */
export class ParcelRefused extends Error {
  override readonly name = 'ParcelRefused';
}

const names = z
  .string()
  .refine((name) => name !== '' && !path.posix.isAbsolute(name) && !/(^|\/)\.\.(\/|$)|\0/.test(name));
const contentSchema = z.strictObject({
  /** Its paths are those of the files below, with `submission/` before them. */
  task: z.record(z.string(), z.unknown()),
  files: z
    .array(
      z.union([
        z.strictObject({ name: names, bytes: z.base64(), executable: z.boolean() }),
        z.strictObject({ name: names, link: z.string() }),
      ]),
    )
    .max(submissionLimits.entries),
});
type File = z.infer<typeof contentSchema>['files'][number];

/** JSON with its bytes in base64 is a third longer than they are. */
const mostJson = submissionLimits.bytes * 1.5;

/** Packs a task with the files it is about. Throws ParcelTooLarge. */
export function pack(task: GradeTask, workbook: string): Parcel {
  const top = topOf(task);
  const files = top === undefined ? [] : filesOf(top);
  const json = JSON.stringify({ task: relocate(task, (place) => path.relative(top?.folder ?? '', place)), files });
  return {
    content: gzipSync(json).toString('base64'),
    digest: createHash('sha256').update(json).digest('hex'),
    workbook,
  };
}

/** Writes a parcel's files into an empty folder and returns the task that is about them. Throws ParcelRefused. */
export function unpack({ content, digest }: Parcel, folder: string): GradeTask {
  const { task, files } = read(content, digest);
  // Links come last, so that nothing is written through one.
  for (const file of files.toSorted((a, b) => Number('link' in a) - Number('link' in b))) {
    const place = path.join(folder, file.name);
    mkdirSync(path.dirname(place), { recursive: true });
    if ('link' in file) symlinkSync(file.link, place);
    else writeFileSync(place, Buffer.from(file.bytes, 'base64'), { mode: file.executable ? 0o755 : 0o644, flag: 'wx' });
  }
  return relocate(task as unknown as GradeTask, (name) => {
    if (name !== '' && !names.safeParse(name).success) throw new ParcelRefused('a path leads out of the submission');
    return path.join(folder, name);
  });
}

function read(content: string, digest: string): z.infer<typeof contentSchema> {
  let json: Buffer;
  try {
    json = gunzipSync(Buffer.from(content, 'base64'), { maxOutputLength: mostJson });
  } catch (error) {
    throw new ParcelRefused(`it can't be unpacked: ${(error as Error).message}`);
  }
  if (createHash('sha256').update(json).digest('hex') !== digest)
    throw new ParcelRefused('its digest is not the one that was sent');
  const parsed = contentSchema.safeParse(JSON.parse(json.toString()));
  if (!parsed.success) throw new ParcelRefused(`it is no task: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

interface Top {
  readonly folder: string;
  /** The one file that is meant; everything in the folder when left out. */
  readonly file?: string;
}

/** What of the disk a task is about. */
function topOf({ spec, files }: GradeTask): Top | undefined {
  const alone = (file: string): Top => ({ folder: path.dirname(file), file: path.basename(file) });
  switch (spec.kind) {
    case 'live':
      return undefined;
    case 'configuration':
      return lstatSync(spec.path).isDirectory() ? { folder: spec.path } : alone(spec.path);
    case 'program':
      return files === undefined ? alone(spec.file) : { folder: files };
    case 'command':
      throw new TypeError('a command is of this machine and does not travel');
  }
}

function relocate(task: GradeTask, move: (place: string) => string): GradeTask {
  const { spec, files } = task;
  return {
    ...task,
    ...(files !== undefined && { files: move(files) }),
    spec:
      spec.kind === 'configuration'
        ? { ...spec, path: move(spec.path) }
        : spec.kind === 'program'
          ? { ...spec, file: move(spec.file) }
          : spec,
  };
}

/** Files and links, by their names from the top; special files stay behind. */
function filesOf({ folder, file }: Top): readonly File[] {
  const found: File[] = [];
  let bytes = 0;
  const visit = (name: string): void => {
    const place = path.join(folder, name);
    const facts = lstatSync(place);
    if (facts.isDirectory()) {
      for (const entry of readdirSync(place).sort()) visit(name === '' ? entry : `${name}/${entry}`);
      return;
    }
    if (facts.isSymbolicLink()) found.push({ name, link: readlinkSync(place) });
    else if (facts.isFile()) {
      bytes += facts.size;
      if (bytes <= submissionLimits.bytes)
        found.push({
          name,
          bytes: readFileSync(place).toString('base64'),
          executable: (facts.mode & 0o100) !== 0,
        });
    }
    if (bytes > submissionLimits.bytes || found.length > submissionLimits.entries)
      throw new ParcelTooLarge(
        `it has more than ${submissionLimits.entries} files or ${submissionLimits.bytes / 2 ** 20} MiB`,
      );
  };
  visit(file ?? '');
  return found;
}
