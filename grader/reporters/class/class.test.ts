import { load } from 'cheerio';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../batch/discovery/csv.ts';
import { countingAttempts, finalPoints, type GradedAttempt, type GradedClass } from '../../batch/graded.ts';
import { mixed, notStarted } from '../../testing/fake-result.ts';
import { attemptOf, classOf, madeUpClass, student } from '../../testing/made-up-class.ts';
import { canvas } from './canvas.ts';
import { harmlessCell, writeCsv } from './csv.ts';
import { feedback } from './feedback.ts';
import { fileName } from './file-name.ts';
import { classFormats, classReporter } from './index.ts';
import { moodle } from './moodle.ts';
import { people } from './people.ts';
import { type ClassReport, ReportRefused } from './report.ts';

const assignments = { 'lab3-upstream': 'A load balancer (1234)' };
const file = (report: ClassReport): string => report.files[0]!.content;
const cells = (report: ClassReport) => readCsv(file(report)).map((row) => row.cells);

/** The points of everyone who has some, as the class itself says. */
function points(graded: GradedClass, who: (attempt: GradedAttempt) => boolean): Record<string, number> {
  const counting = countingAttempts(graded).filter(({ outcome }) => outcome !== 'error');
  return Object.fromEntries(counting.filter(who).map((one) => [one.student.id, finalPoints(one)]));
}

describe('every format says the same points, whatever the names and reasons hold', () => {
  const run = (check: (graded: GradedClass) => void): void =>
    fc.assert(fc.property(madeUpClass, check), { numRuns: 50 });

  test('canvas', () =>
    run((graded) => {
      const [header, possible, ...rows] = cells(canvas(graded, { assignments }));
      expect(header).toEqual(['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', 'A load balancer (1234)']);
      expect(possible?.[0]).toBe('Points Possible');
      expect(Number(possible?.[5])).toBe(graded.labs[0]?.possible);
      expect(new Set([header, possible, ...rows].map((row) => row?.length))).toEqual(new Set([6]));
      const stated = rows.filter((row) => row[5] !== '').map((row) => [row[2]!.slice(2), Number(row[5])]);
      expect(Object.fromEntries(stated)).toEqual(points(graded, (one) => one.student.enrolled));
    }));

  test('moodle', () =>
    run((graded) => {
      const [header, ...rows] = cells(moodle(graded, { maximum: 10_000 }));
      expect(header).toEqual(['useridnumber', 'grade', 'feedback']);
      for (const row of rows) expect(row[2]).not.toMatch(/[<>]/);
      const stated = rows.filter((row) => row[1] !== '').map((row) => [row[0]!.slice(2), Number(row[1])]);
      expect(Object.fromEntries(stated)).toEqual(points(graded, (one) => one.student.enrolled));
    }));

  test('the table for people', () =>
    run((graded) => {
      const [header, ...rows] = cells(people(graded));
      expect(header).toHaveLength(13);
      for (const row of rows) expect(row).toHaveLength(13);
      for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t]/);
      const stated = rows.filter((row) => row[3] !== '').map((row) => [row[0], Number(row[3]) + Number(row[5])]);
      expect(Object.fromEntries(stated)).toEqual(points(graded, () => true));
    }));

  test('json lines', async () => {
    const jsonl = await classReporter('jsonl');
    run((graded) => {
      const lines = file(jsonl(graded, {})).split('\n').slice(0, -1);
      expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(graded.attempts)));
    });
  });

  test('html, with a page for each attempt, and nothing in it that a page should not have', async () => {
    const html = await classReporter('html');
    run((graded) => {
      const { files } = html(graded, {});
      expect(new Set(files.map(({ path }) => path)).size).toBe(graded.attempts.length + 1);
      const $ = load(files[0]!.content);
      const stated = $('tbody tr:has(th)')
        .toArray()
        .map((row, i) => [graded.students[i]!.id, $(row).find('td a').text()])
        .filter(([, text]) => text !== '' && text !== '?')
        .map(([id, text]) => [id, text!.split(' + ').reduce((sum, part) => sum + Number(part), 0)]);
      expect(Object.fromEntries(stated)).toEqual(points(graded, () => true));
      for (const { content } of files) {
        const page = load(content);
        expect(page('script, img, iframe, link, base, form, [onerror], [onload]').length).toBe(0);
        page('a').each((_, { attribs }) => {
          expect(attribs.href).toMatch(/^(https:\/\/nginx\.org\/|pages\/[^/:]+\.html$|\.\.\/index\.html$)/);
        });
      }
      const linked = $('td a')
        .toArray()
        .map(({ attribs }) => decodeURIComponent(attribs.href!));
      expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(linked));
    });
  });

  test('feedback, a page and a text for each student', () =>
    run((graded) => {
      const { files } = feedback(graded);
      expect(files).toHaveLength(countingAttempts(graded).length * 2);
      expect(new Set(files.map(({ path }) => path.toLowerCase())).size).toBe(files.length);
      for (const { path } of files) expect(path).toMatch(/^(?!\/|\.)[^\0\\:*?"<>|]+\.(html|txt)$/);
      for (const { path } of files) expect(path.split('/')).not.toContain('..');
    }));
});

describe('canvas', () => {
  const graded = classOf([attemptOf(student('ada'), mixed)]);

  test('wants to be told what the assignment is called, with its id', () => {
    expect(() => canvas(graded, {})).toThrow(/which assignment is lab3\? say --assignment "lab3=TITLE \(ID\)"/);
    expect(() => canvas(graded, { assignments: { 'lab3-upstream': 'A load balancer' } })).toThrow(/has no id/);
  });

  test('gives no grade for what the grader could not finish, and none for nothing', () => {
    const broken = attemptOf(student('ada'), mixed, { outcome: 'error' });
    const rows = cells(canvas(classOf([broken], [student('ada'), student('bo')]), { assignments }));
    expect(rows.slice(2).map((row) => row[5])).toEqual(['', '']);
  });

  test('does not guess between two of the same name', () => {
    const bare = (id: string) => ({ id, name: 'Ada Lovelace', enrolled: true });
    expect(() => canvas(classOf([attemptOf(bare('1'), mixed), attemptOf(bare('2'), mixed)]), { assignments })).toThrow(
      ReportRefused,
    );
  });

  test('leaves out whom the roster does not have, and says so', () => {
    const report = canvas(classOf([attemptOf(student('eve', { enrolled: false }), mixed)]), { assignments });
    expect(cells(report)).toHaveLength(2);
    expect(report.notes).toEqual(['canvas: not in the roster, so left out: Student eve']);
  });
});

describe('moodle', () => {
  test('names its users by the first column that all of them have, or the one it is told', () => {
    const without = student('bo', { number: undefined! });
    const graded = classOf([attemptOf(student('ada'), mixed), attemptOf(without, mixed)]);
    expect(cells(moodle(graded, {})).map((row) => row[0])).toEqual(['username', 'u-ada', 'u-bo']);
    expect(cells(moodle(graded, { user: 'useremail' }))[1]?.[0]).toBe('ada@example.org');
    expect(() => moodle(graded, { user: 'useridnumber' })).toThrow(/without useridnumber.*: Student bo/);
  });

  test('refuses what would make Moodle throw the whole file away', () => {
    const rich = { ...mixed, score: { ...mixed.score, earned: 100, stretchEarned: 20 } };
    const graded = classOf([attemptOf(student('ada'), rich)]);
    expect(() => moodle(graded, {})).toThrow(/more than the maximum of 100 in lab3.*Student ada.*--maximum/);
    expect(cells(moodle(graded, { maximum: 120 }))[1]?.[1]).toBe('120');
    expect(cells(moodle(graded, { cap: true }))[1]?.[1]).toBe('100');
    const twins = classOf([attemptOf(student('a'), mixed), attemptOf(student('b', { number: 'S-A' }), mixed)]);
    expect(() => moodle(twins, { user: 'useridnumber' })).toThrow(/the same useridnumber/);
  });

  test('leaves out an unknown user, and says so', () => {
    const graded = classOf([attemptOf(student('ada'), mixed), attemptOf(student('eve', { enrolled: false }), mixed)]);
    const report = moodle(graded, {});
    expect(cells(report)).toHaveLength(2);
    expect(report.notes[0]).toContain('left out: Student eve');
  });

  test('has both columns for every lab', () => {
    const other = { ...attemptOf(student('ada'), mixed), lab: 'lab2-proxy-pass' };
    const graded = classOf([attemptOf(student('ada'), mixed), other]);
    const labs = [...graded.labs, { lab: 'lab2-proxy-pass', title: 'x', possible: 100, stretchPossible: 0 }];
    const [header] = cells(moodle({ ...graded, labs }, {}));
    expect(header?.slice(1)).toEqual(['lab3 grade', 'lab3 feedback', 'lab2 grade', 'lab2 feedback']);
  });
});

/** How Moodle finds the student, the plugin and the name of a file: `is_valid_filename_for_import` in importziplib.php. */
function asMoodleReads(path: string): { participant: number; plugin: string; name: string } | undefined {
  const parts = path.split('/');
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const info = part.split('_');
    const participant = Number(info[1]);
    if (info.length < 4 || !Number.isInteger(participant)) continue;
    return { participant, plugin: `${info[2]}_${info[3]}`, name: [info.slice(4).join('_'), ...parts].join('/') };
  }
  return undefined;
}

describe('feedback', () => {
  test.each([
    'Ada Lovelace_12345_assignsubmission_file_/default.conf',
    'Ada Lovelace_12345_assignsubmission_file_my_proxy.conf',
  ])('of %s goes back to whom Moodle had it from', (source) => {
    const { files } = feedback(classOf([attemptOf(student('ada'), mixed, { source })]));
    expect(files.map(({ path }) => asMoodleReads(path))).toEqual([
      { participant: 12345, plugin: 'assignfeedback_file', name: 'lab3.html' },
      { participant: 12345, plugin: 'assignfeedback_file', name: 'lab3.txt' },
    ]);
  });

  test('says in the text what was received, and why nothing was graded', () => {
    const texts = (attempt: GradedAttempt) => feedback(classOf([attempt])).files[1]!.content;
    expect(texts(attemptOf(student('ada'), mixed))).toContain('one got 600');
    const { result: _, ...refused } = attemptOf(student('ada'), notStarted, { outcome: 'refused' });
    const reason = 'the archive holds more than 100 MB';
    expect(texts({ ...refused, problem: { kind: 'too-large', reason } })).toContain(reason);
  });

  test('says how late it was and what that cost', () => {
    const late = { seconds: 90_000, penalty: 0.2 };
    const [page, text] = feedback(classOf([attemptOf(student('ada'), mixed, { late })])).files;
    for (const content of [load(page!.content)('header').text(), text!.content])
      expect(content).toContain('1 day late, 20 % taken off');
  });
});

test('a cell that would be a formula is text, a number stays a number', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\uFF1D1', '\r\n=1'])
    expect(harmlessCell(text)).toMatch(/^'/);
  expect(harmlessCell(-5)).toBe(-5);
  expect(writeCsv([['a,b', 'c"d', 'e\r\nf', 1.5]])).toBe('"a,b","c""d","e\nf",1.5\r\n');
});

test('keys that differ get names that differ on every file system, and plain ones stay as they are', () => {
  expect(fileName('ada')).toBe('ada');
  const keys = ['Ada', 'ada', 'a/b', 'a\\b', 'a_b', '..', '.', 'ü', 'x'.repeat(200), `${'x'.repeat(200)}y`];
  expect(new Set(keys.map((key) => fileName(key).toLowerCase())).size).toBe(keys.length);
});

test('every class format has its reporter', async () => {
  const graded = classOf([attemptOf(student('ada'), mixed)]);
  for (const format of classFormats) {
    const report = await classReporter(format);
    expect(report(graded, { assignments }).files.length).toBeGreaterThan(0);
  }
});
