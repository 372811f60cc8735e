import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Owner } from './owner.ts';

export const metadataFile = 'submission_metadata.yml';

/** One submission of Gradescope's export: its folder, and for whom it counts. */
export interface GradescopeEntry {
  readonly folder: string;
  readonly owners: readonly Owner[];
  readonly submittedAt?: string;
}

const text = z.union([z.string(), z.number()]).transform(String).nullish();
const submitterData = z.object({ ':name': text, ':sid': text, ':email': text, ':id': text });
const metadata = z.record(
  z.string().regex(/^submission_\d+$/),
  z.object({
    ':submitters': z.array(submitterData).nullish(),
    ':created_at': z.union([z.string(), z.date()]).nullish(),
  }),
);

/**
 * Reads `submission_metadata.yml` of "Export Submissions": Ruby's YAML with symbols as keys. Throws an Error that names the
 * file and what is wrong in it.
 */
export function readGradescope(folder: string): readonly GradescopeEntry[] {
  const file = path.join(folder, metadataFile);
  let data: unknown;
  try {
    data = parse(readFileSync(file, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  const read = metadata.safeParse(data);
  if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
  return Object.entries(read.data).map(([name, entry]) => {
    const submittedAt = timeOf(entry[':created_at']);
    const owners = (entry[':submitters'] ?? []).map(ownerOf);
    return {
      folder: name,
      owners: owners.length > 0 ? owners : [{ gradescopeId: name.replace('submission_', '') }],
      ...(submittedAt !== undefined && { submittedAt }),
    };
  });
}

function ownerOf(submitter: z.infer<typeof submitterData>): Owner {
  const facts = {
    name: submitter[':name'],
    number: submitter[':sid'],
    email: submitter[':email'],
    gradescopeId: submitter[':id'],
  };
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );
}

/** `2026-03-01 10:00:00.000000000 Z`, as Ruby writes it. */
function timeOf(value: string | Date | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const written =
    typeof value === 'string'
      ? value.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?\d* ?(Z|[+-]\d\d:?\d\d)?$/, '$1T$2$3$4')
      : value;
  const time = new Date(written);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
