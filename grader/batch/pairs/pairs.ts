import type { SuspiciousPair } from '../graded.ts';
import type { Normalised } from './configuration-lines.ts';

/** A submission to compare. */
export interface Comparable {
  readonly student: string;
  readonly lab: string;
  readonly attempt: number;
  readonly source: string;
  /** SHA-256 of what was handed in. */
  readonly digest: string;
  readonly normalised: Normalised;
}

/** What everybody may have: the starter, the solution, the lab's text. By lab. */
export type CommonGround = (lab: string) => readonly Normalised[];

/** From this share of what is their own on, two submissions are near. */
const near = 0.7;

/** How much that others don't have two submissions must share: the more alike they are, the less it takes. */
const evidence = { identical: 1, equal: 1.5, near: 3 } as const;

/** A class smaller than this is taken to be as large: what three of three have is no proof that everybody has it. */
const smallestClass = 12;

/**
 * Pairs of submissions by different students that are alike in what is their own. What the starter, the solution or the lab's
 * text says is nobody's own; what many students say weighs little. For each two students and lab the most alike pair, the
 * most alike first. It is something to look at, never a verdict.
 */
export function suspiciousPairs(
  submissions: readonly Comparable[],
  commonGround: CommonGround,
): readonly SuspiciousPair[] {
  const labs = Map.groupBy(submissions, ({ lab }) => lab);
  const pairs = [...labs].flatMap(([lab, group]) => pairsOf(group, commonGround(lab)));
  return pairs.sort((a, b) => b.similarity - a.similarity || compareText(keyOf(a), keyOf(b)));
}

interface Own {
  readonly of: Comparable;
  readonly lines: ReadonlySet<string>;
  readonly comments: ReadonlySet<string>;
}

function pairsOf(group: readonly Comparable[], common: readonly Normalised[]): readonly SuspiciousPair[] {
  const known = new Set(common.flatMap(({ lines, comments }) => [...lines, ...comments]));
  const own = group.map((of): Own => {
    const { lines, comments } = of.normalised;
    return { of, lines: without(lines, known), comments: without(comments, known) };
  });
  const weight = weights(own);
  const best = new Map<string, SuspiciousPair>();
  for (const [at, a] of own.entries()) {
    if (a.lines.size + a.comments.size === 0) continue;
    for (const b of own.slice(at + 1)) {
      if (a.of.student === b.of.student) continue;
      const pair = compare(a, b, weight);
      if (pair === undefined) continue;
      const key = keyOf(pair);
      const before = best.get(key);
      if (before === undefined || before.similarity < pair.similarity) best.set(key, pair);
    }
  }
  return [...best.values()];
}

/** How much a line tells: one that a few students have much, one that all have nothing. */
function weights(own: readonly Own[]): (line: string) => number {
  const students = new Map<string, Set<string>>();
  for (const { of, lines, comments } of own) {
    for (const line of [...lines, ...comments]) {
      const having = students.get(line);
      if (having === undefined) students.set(line, new Set([of.student]));
      else having.add(of.student);
    }
  }
  const size = Math.max(smallestClass, new Set(own.map(({ of }) => of.student)).size);
  return (line) => {
    const having = Math.max(2, students.get(line)?.size ?? 0);
    return Math.log(size / having) / Math.log(size / 2);
  };
}

function compare(a: Own, b: Own, weight: (line: string) => number): SuspiciousPair | undefined {
  const sum = (lines: Iterable<string>) => {
    let total = 0;
    for (const line of lines) total += weight(line);
    return total;
  };
  const shared = a.lines.intersection(b.lines);
  const sharedComments = a.comments.intersection(b.comments);
  const proof = sum(shared) + sum(sharedComments);
  if (proof < evidence.identical) return undefined;
  const report = (similarity: number, because: string): SuspiciousPair => {
    const [first, second] = compareText(a.of.student, b.of.student) <= 0 ? [a, b] : [b, a];
    const side = ({ of: { student, attempt, source } }: Own) => ({ student, attempt, source });
    return { lab: a.of.lab, first: side(first), second: side(second), similarity, because };
  };
  if (a.of.digest === b.of.digest) return report(1, 'the same files, byte for byte');
  if (a.of.normalised.canonical === b.of.normalised.canonical) {
    return proof < evidence.equal
      ? undefined
      : report(1, `the same but for order, spaces and comments${inWords(sharedComments)}`);
  }
  const similarity = sum(shared) / sum(a.lines.union(b.lines));
  if (proof < evidence.near || similarity < near) return undefined;
  const percent = Math.floor(similarity * 100);
  return report(percent / 100, `${percent} % of what is their own is the same${inWords(sharedComments)}`);
}

function inWords(comments: ReadonlySet<string>): string {
  const [one] = comments;
  return one === undefined ? '' : `; both have the comment "${one.replace(/^# /, '').slice(0, 80)}"`;
}

function without(lines: readonly string[], known: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(lines.filter((line) => !known.has(line)));
}

const keyOf = ({ lab, first, second }: SuspiciousPair): string => JSON.stringify([lab, first.student, second.student]);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
