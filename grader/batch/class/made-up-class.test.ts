import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRoster } from '../discovery/roster.ts';
import { countingAttempts, finalPoints, type GradedAttempt } from '../graded.ts';
import { createPool, findIsolation } from '../isolation/index.ts';
import { parseDeadlines } from '../lateness.ts';
import { Folder } from '../testing/folder.ts';
import { deadline, type ExpectedVerdict, makeClass } from '../testing/made-up-class.ts';
import { gradeClass } from './grade-class.ts';

const nginx = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].some((file) => existsSync(file));
const withNginx = nginx || process.env.WORKBOOK_REQUIRE_NGINX === '1';

describe('a made-up class', () => {
  it.for([
    ['reference', false],
    ['nginx', !withNginx],
  ] as const)('gets the verdicts that it should on %s', async ([engine, skip], { skip: leave }) => {
    if (skip) leave('nginx is not installed');
    using folder = new Folder();
    const made = await makeClass(folder);
    expect(made.expected.size).toBeGreaterThanOrEqual(60);
    // What is graded here is known; the isolation of programs has tests of its own.
    const pool = createPool({ size: 4, isolation: await findIsolation(), trust: true });
    try {
      const { graded } = await gradeClass({
        place: made.submissions,
        out: folder.place('results'),
        queue: { ...pool, size: 4 },
        settings: {
          engine,
          policy: 'best',
          deadlines: { ...parseDeadlines([deadline], (word) => word), byLab: {} },
          penalty: { share: 0.1, unit: 86_400, most: 1, grace: 0 },
        },
        versions: { workbook: '0' },
        newSeed: () => 7,
        regrade: false,
        roster: readRoster(made.roster, 'roster.csv'),
        trust: false,
        signal: new AbortController().signal,
      });
      const verdicts = new Map(graded.attempts.map((attempt) => [keyOf(attempt), verdictOf(attempt)]));
      expect(sorted(verdicts)).toEqual(sorted(made.expected));

      const counting = new Map(countingAttempts(graded).map((attempt) => [attempt.student.id, attempt]));
      expect(counting.get('tries')?.attempt).toBe(2);
      const { before, after } = counting.get('late')!.points;
      expect(after.earned).toBe(before.earned * 0.8);
      expect(graded.students.at(-1)).toMatchObject({ id: 'absent' });
      expect(graded.attempts.every(({ student }) => student.enrolled)).toBe(true);
      expect(graded.attempts.filter(({ outcome }) => outcome !== 'passed').every((one) => finalPoints(one) < 120)).toBe(
        true,
      );
      const alike = graded.pairs.map(({ first, second }) => [first.student, second.student]);
      expect(alike).toEqual(made.alike);
      // Nothing of an archive or a malicious configuration has come out.
      expect(readdirSync(folder.root).sort()).toEqual(['results', 'submissions']);
      expect(readFileSync(folder.place('results/class.json'), 'utf8')).not.toContain('root:x:0');
    } finally {
      await pool.close();
    }
  });
});

const keyOf = ({ student, lab, attempt }: GradedAttempt) => `${student.id} ${lab.split('-')[0]} ${attempt}`;

function verdictOf({ outcome, problem, result, late }: GradedAttempt): ExpectedVerdict {
  const failed = result?.startup.ok
    ? result.objectives.filter((one) => one.outcome === 'failed' || one.outcome === 'error').map(({ id }) => id)
    : ['startup'];
  return {
    outcome,
    ...(result !== undefined && { failed }),
    ...(problem !== undefined && { problem: problem.kind }),
    ...(late !== undefined && { late: late.seconds }),
  };
}

/** Failed objectives come in the lab's order on one side, as named on the other. */
const sorted = (verdicts: ReadonlyMap<string, ExpectedVerdict>) =>
  Object.fromEntries(
    [...verdicts]
      .map(
        ([key, verdict]) =>
          [key, { ...verdict, ...(verdict.failed && { failed: [...verdict.failed].sort() }) }] as const,
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
