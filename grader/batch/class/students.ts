import type { Found } from '../discovery/found.ts';
import { keyOf, matchStudent, type RosterStudent } from '../discovery/roster.ts';
import type { Student } from '../graded.ts';

/** A submission and whose it is. */
export interface OwnedSubmission {
  readonly found: Found;
  readonly student: Student;
  /** ISO 8601; what the export says, else what the roster says. */
  readonly submittedAt?: string;
}

/**
 * Finds the student of every submission: in the roster, or, where there is none or the student isn't in it, by what the export
 * says. Two owners with the same key, and no roster to tell them apart, are the same student.
 */
export function assignStudents(
  found: readonly Found[],
  roster: readonly RosterStudent[] | undefined,
): readonly OwnedSubmission[] {
  return found.map((one) => {
    const known = roster === undefined ? undefined : matchStudent(roster, one.owner);
    const submittedAt = one.submittedAt ?? known?.submittedAt;
    return {
      found: one,
      student: known === undefined ? stranger(one, roster !== undefined) : enrolled(known, one),
      ...(submittedAt !== undefined && { submittedAt }),
    };
  });
}

/** The roster's word wins; what it doesn't say the export may add. */
function enrolled({ submittedAt: _, ...student }: RosterStudent, { owner }: Found): Student {
  const { name: __, ...facts } = owner;
  return { ...facts, ...student };
}

function stranger({ owner, source }: Found, hasRoster: boolean): Student {
  return { ...owner, id: keyOf(owner) ?? source, enrolled: !hasRoster };
}

/** All students of the class: the roster in its order, then the others by name. */
export function classStudents(
  roster: readonly RosterStudent[] | undefined,
  submissions: readonly OwnedSubmission[],
): readonly Student[] {
  const byId = new Map<string, Student>();
  for (const { submittedAt: _, ...student } of roster ?? []) byId.set(student.id, student);
  const handedIn = new Map(submissions.map(({ student }) => [student.id, student]));
  for (const [id, student] of handedIn) if (byId.has(id)) byId.set(id, student);
  const others = [...handedIn.values()].filter(({ id }) => !byId.has(id));
  return [...byId.values(), ...others.sort((a, b) => (a.name ?? a.id).localeCompare(b.name ?? b.id))];
}
