import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'cheerio';
import { validateStrict } from 'ctrf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { LabResult } from '../result.ts';
import { mixed, notStarted } from '../testing/fake-result.ts';
import { gradescopeSchema } from '../testing/gradescope-schema.ts';
import { madeUpResult } from '../testing/made-up-results.ts';
import { type Format, formats, reporter } from './index.ts';
import { type Totals, totals } from './totals.ts';

const strict = z.strictObject;

/** What `autograding-grading-reporter` reads of each runner. */
const classroomSchema = strict({
  version: z.literal(1),
  status: z.enum(['pass', 'fail', 'error']),
  max_score: z.number().nonnegative(),
  tests: z.tuple([
    strict({
      name: z.string(),
      status: z.enum(['pass', 'fail', 'error']),
      score: z.number().nonnegative(),
      message: z.string(),
      test_code: z.string(),
      filename: z.string(),
      line_no: z.int().nonnegative(),
      execution_time: z.string(),
    }),
  ]),
});

type Read = Partial<Totals>;

/** Reads a report back by its format's own rules, and says which totals it states. */
const readers: Partial<Record<Format, (text: string) => Read>> = {
  json(text) {
    const document = JSON.parse(text) as LabResult | LabResult[];
    return totals(Array.isArray(document) ? document : [document]);
  },
  jsonl(text) {
    expect(text.endsWith('\n')).toBe(true);
    return totals(
      text
        .slice(0, -1)
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  },
  gradescope(text) {
    const document = gradescopeSchema.parse(JSON.parse(text));
    const sum = (of: (one: (typeof document.tests)[number]) => number) =>
      document.tests.reduce((total, one) => total + of(one), 0);
    const points = (kind: string, which: 'score' | 'max_score') =>
      sum((one) => (one.tags.includes(kind) ? one[which] : 0));
    const count = (outcome: string) => sum(({ tags }) => (tags[2] === outcome ? 1 : 0));
    expect(document.score).toBe(sum(({ score }) => score));
    expect(sum(({ status }) => (status === 'passed' ? 1 : 0))).toBe(count('passed'));
    return {
      earned: points('core', 'score'),
      possible: points('core', 'max_score'),
      stretchEarned: points('stretch', 'score'),
      stretchPossible: points('stretch', 'max_score'),
      tests: document.tests.length,
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped'),
      errors: count('error'),
    };
  },
  classroom(text) {
    const runners = text
      .trimEnd()
      .split('\n')
      .map((line) => classroomSchema.parse(JSON.parse(Buffer.from(line, 'base64').toString())));
    for (const { max_score, status, tests } of runners) {
      const byScore = tests.reduce((sum, { score }) => sum + score, 0);
      const byShare = (tests.filter((one) => one.status === 'pass').length / tests.length) * max_score;
      expect(byScore).toBe(byShare);
      expect(tests[0].status).toBe(status);
    }
    return {
      earned: runners.reduce((sum, { tests }) => sum + tests[0].score, 0),
      possible: runners.reduce((sum, { max_score }) => sum + max_score, 0),
      passed: runners.filter(({ status }) => status === 'pass').length,
    };
  },
  ctrf(text) {
    const document: unknown = JSON.parse(text);
    validateStrict(document);
    const { tests, summary } = document.results;
    const count = (status: string) => tests.filter((one) => one.status === status).length;
    for (const status of ['passed', 'failed', 'skipped', 'pending', 'other'] as const)
      expect(summary[status]).toBe(count(status));
    expect(summary.stop).toBeGreaterThanOrEqual(summary.start);
    const { passed, failed, skipped, other: errors } = summary;
    return { ...summary.extra, tests: tests.length, passed, failed, skipped, errors };
  },
  junit(text) {
    const $ = load(text, { xml: { xmlMode: true } });
    const attribute = (name: string) => Number($('testsuites').attr(name));
    $('testsuite').each((_, suite) => {
      const $suite = $(suite);
      expect($suite.attr('timestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
      expect(Number($suite.attr('tests'))).toBe($suite.children('testcase').length);
      expect(Number($suite.attr('failures'))).toBe($suite.find('failure').length);
      expect(Number($suite.attr('errors'))).toBe($suite.find('error').length);
      expect(Number($suite.attr('skipped'))).toBe($suite.find('skipped').length);
      expect(
        $suite
          .children()
          .toArray()
          .map(({ name }) => name)
          .join(' '),
      ).toMatch(/^properties (testcase ?)+(system-out)?$/);
    });
    $('testcase').each((_, one) => {
      expect(Object.keys(one.attribs)).toEqual(['name', 'classname', 'time']);
      expect(one.attribs.time).toMatch(/^\d+\.\d{3}$/);
      expect($(one).children('failure, error, skipped').length).toBeLessThanOrEqual(1);
      expect($(one).children(':not(failure, error, skipped)').length).toBe(0);
      for (const { name, attribs } of $(one).children().toArray()) {
        expect(Object.keys(attribs)).toEqual(name === 'skipped' ? ['message'] : ['message', 'type']);
        if (name !== 'skipped') expect(attribs.type).toMatch(/^(configuration|program|command|live|solution)$/);
      }
    });
    const property = (name: string) =>
      $(`property[name="${name}"]`)
        .toArray()
        .reduce((sum, one) => sum + Number(one.attribs.value), 0);
    const skipped = $('skipped').length;
    const tests = attribute('tests');
    return {
      earned: property('earned'),
      possible: property('possible'),
      stretchEarned: property('stretchEarned'),
      stretchPossible: property('stretchPossible'),
      tests,
      passed: tests - attribute('failures') - attribute('errors') - skipped,
      failed: attribute('failures'),
      errors: attribute('errors'),
      skipped,
    };
  },
  html(text) {
    const $ = load(text);
    const scores = $('.verdict strong')
      .toArray()
      .map((one) => /^(\d+) of (\d+)(?:, stretch (\d+) of (\d+))?$/.exec($(one).text()));
    const sum = (group: number) => scores.reduce((total, match) => total + Number(match?.[group] ?? 0), 0);
    const shown = (outcome: string) => $(`details.objective .mark.${outcome}`).length;
    const notStarted = $('h2:contains("did not start")').length;
    const unfinished = $('section:has(p.broken):not(:has(.mark.error))').length;
    return {
      earned: sum(1),
      possible: sum(2),
      stretchEarned: sum(3),
      stretchPossible: sum(4),
      passed: shown('passed'),
      failed: shown('failed') + notStarted,
      skipped: shown('skipped'),
      errors: shown('error') + unfinished,
    };
  },
  markdown(text) {
    const count = (mark: string) => text.split('\n').filter((line) => line.startsWith(`| ${mark} |`)).length;
    const scores = [...text.matchAll(/^(\d+) of (\d+)(?:, stretch (\d+) of (\d+))?, the /gm)];
    const sum = (group: number) => scores.reduce((total, match) => total + Number(match[group] ?? 0), 0);
    return {
      earned: sum(1),
      possible: sum(2),
      stretchEarned: sum(3),
      stretchPossible: sum(4),
      passed: count('✅'),
      failed: count('❌'),
      skipped: count('➖'),
      errors: count('⚠️'),
    };
  },
};

describe.each(Object.keys(readers) as Format[])('%s', (format) => {
  const read = readers[format]!;

  test('follows its rules and says the same totals, whatever the texts hold', async () => {
    const report = await reporter(format);
    fc.assert(
      fc.property(fc.array(madeUpResult, { minLength: 1, maxLength: 3 }), (results) => {
        expect(totals(results)).toMatchObject(read(report(results)));
      }),
      { numRuns: 60 },
    );
  });

  test('does so for a server that did not start, which is a failed test and no success', async () => {
    const report = await reporter(format);
    const stated = read(report([notStarted]));
    expect(totals([notStarted])).toMatchObject(stated);
    expect(stated.failed ?? 1).toBe(1);
    expect(stated.passed).toBe(0);
  });
});

describe('github', () => {
  test('takes no command, property or line from a text, and shows no more than GitHub does', async () => {
    const report = await reporter('github');
    fc.assert(
      fc.property(fc.array(madeUpResult, { minLength: 1, maxLength: 4 }), (results) => {
        const text = report(results);
        const lines = text.slice(0, -1).split('\n');
        expect(lines.length).toBeLessThanOrEqual(10);
        for (const line of lines)
          expect(line).toMatch(
            /^::(error|warning|notice) (file=[^:,\r\n]*,line=\d+,endLine=\d+,)?title=[^:,\r\n]*::[^\r\n]*$/,
          );
        const { earned, possible } = totals(results);
        expect(lines[0]).toContain(`${earned} of ${possible}`);
        expect(lines[0]?.startsWith('::notice')).toBe(results.every(({ outcome }) => outcome === 'passed'));
      }),
      { numRuns: 60 },
    );
  });

  test('puts the most expensive failure before the others', async () => {
    const report = await reporter('github');
    const cheap = { ...mixed.objectives[1]!, title: 'cheap', points: { earned: 0, possible: 5 } };
    const dear = { ...mixed.objectives[1]!, title: 'dear', points: { earned: 0, possible: 50 } };
    const lines = report([{ ...mixed, objectives: [cheap, dear] }]).split('\n');
    expect(lines[1]).toContain('title=dear');
    expect(lines[2]).toContain('title=cheap');
  });

  test('names a file as it is found from where the check was started', async () => {
    const report = await reporter('github');
    expect(report([mixed])).toContain('file=workspace/lab3-upstream/conf.d/default.conf,line=4,endLine=4,');
  });
});

test('what came from a server is the same in XML when it is read back, but for what XML forbids', async () => {
  const report = await reporter('junit');
  fc.assert(
    fc.property(madeUpResult, (result) => {
      const $ = load(report([result]), { xml: { xmlMode: true, decodeEntities: true } });
      const titles = $('testcase')
        .toArray()
        .map(({ attribs }) => attribs.name)
        .slice(-result.objectives.length);
      const readable = result.objectives.map(({ title }) =>
        title.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''),
      );
      expect(titles).toEqual(readable);
    }),
  );
});

test('a text format obeys nothing that a server sent', async () => {
  for (const format of ['gradescope', 'github', 'markdown'] as const) {
    const report = await reporter(format);
    fc.assert(
      fc.property(madeUpResult, (result) => {
        expect(report([result])).not.toContain('\u001b');
      }),
    );
  }
});

test('the readme names every format', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  expect(readme).toContain(`${formats.slice(0, -1).join(', ')} and ${formats.at(-1)}`);
});

test('every format that holds totals is read back here', () => {
  expect(formats.filter((format) => !(format in readers))).toEqual(['terminal', 'github']);
});
