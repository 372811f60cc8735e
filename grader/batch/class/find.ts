import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { labs } from '../../../labs/catalog.ts';
import { labFolder } from '../../workspace/index.ts';
import { classLimits, extractArchive, submissionLimits } from '../archives/index.ts';
import { submissionDigest } from '../digest.ts';
import { discover, type Extract } from '../discovery/discover.ts';
import type { Content, Found } from '../discovery/found.ts';
import type { Starter } from '../discovery/recognise.ts';
import type { RosterStudent } from '../discovery/roster.ts';
import type { Handed } from '../gradebook/gradebook.ts';
import type { Student } from '../graded.ts';
import { assignStudents, classStudents } from './students.ts';

/** A submission as it is kept, and where it lies now. */
export interface Submission {
  readonly handed: Handed;
  readonly content: Content;
}

export interface FindOptions {
  /** A folder or an archive. */
  readonly place: string;
  /** Where archives are unpacked; emptied first. */
  readonly workFolder: string;
  readonly roster?: readonly RosterStudent[];
  /** The lab's folder, where no name says another. */
  readonly defaultLab?: string;
}

/** Submissions that no name and no `--lab` assigns to a lab. */
export class LabUnknown extends Error {
  override readonly name = 'LabUnknown';
}

/** Finds who handed in what. Throws LabUnknown, and what reading the place throws. */
export async function findSubmissions(
  options: FindOptions,
): Promise<{ readonly students: readonly Student[]; readonly submissions: readonly Submission[] }> {
  const { place, workFolder, roster, defaultLab } = options;
  rmSync(workFolder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  const found = await discover(place, { labs, extract, workFolder, starter: (lab) => starterOf(lab ?? defaultLab) });
  const withoutLab = found.filter(({ lab }) => lab === undefined);
  if (defaultLab === undefined && withoutLab.length > 0) throw new LabUnknown(labQuestion(withoutLab));
  const owned = assignStudents(found, roster);
  return {
    students: classStudents(roster, owned),
    submissions: owned.map(({ found: one, student, submittedAt }) => ({
      content: one.content,
      handed: {
        student,
        lab: one.lab ?? defaultLab!,
        source: one.source,
        digest: submissionDigest(one.content),
        kind: one.content.kind,
        ...(one.attempt !== undefined && { namedAttempt: one.attempt }),
        ...(submittedAt !== undefined && { submittedAt }),
        markedLate: one.markedLate ?? false,
      },
    })),
  };
}

const extract: Extract = async (archive, into, of) => {
  const extraction = await extractArchive(archive, into, of === 'class' ? classLimits : submissionLimits);
  return extraction.kind === 'refused' ? extraction.problem : undefined;
};

function starterOf(lab: string | undefined): Starter {
  return (name) => {
    const file = lab === undefined ? undefined : path.join(labFolder(lab), 'start', name);
    return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
}

function labQuestion(found: readonly Found[]): string {
  const some = found
    .slice(0, 5)
    .map(({ source }) => `  ${source}`)
    .join('\n');
  const more = found.length > 5 ? `\n  and ${found.length - 5} more` : '';
  return `Which lab are these? Say --lab LAB, or put them into folders named lab1, lab2, ...\n${some}${more}`;
}
