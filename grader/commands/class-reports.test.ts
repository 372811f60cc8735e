import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { extractArchive, submissionLimits } from '../batch/archives/index.ts';
import { mixed } from '../testing/fake-result.ts';
import { attemptOf, classOf, student } from '../testing/made-up-class.ts';
import { parseClassReports, streamJsonLines, writeClassReports } from './class-reports.ts';

const folder = mkdtempSync(join(tmpdir(), 'workbook-reports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const attempt = attemptOf(student('ada'), mixed);
const graded = classOf([attempt]);

describe('reports of a class', () => {
  test.each([
    [{ report: ['papyrus=x'] }, /Formats: html, feedback, csv, canvas, moodle, jsonl/],
    [{ assignment: ['lab3'] }, /not LAB=TITLE/],
    [{ assignment: ['lab99=X (1)'] }, /lab99/],
    [{ moodleUser: 'userid' }, /useridnumber, username, useremail/],
    [{ maximum: 'lots' }, /no number of points/],
  ])('%j is wrong usage, said before anything is graded', (words, said) => {
    expect(() => parseClassReports(words)).toThrow(said);
  });

  test('what another system would refuse is not written, the others are', async () => {
    const [table, gradebook] = [join(folder, 'table.csv'), join(folder, 'canvas.csv')];
    const wanted = parseClassReports({ report: [`canvas=${gradebook}`, `csv=${table}`] });
    await expect(writeClassReports(wanted, graded)).rejects.toThrow(/--assignment[\s\S]*canvas\.csv was not written/);
    expect(readdirSync(folder)).toEqual(['table.csv']);
    expect(readFileSync(table, 'utf8')).toContain('ada,Student ada,lab3-upstream,25,100');
  });

  test('many files go into a folder, or into a zip when the name says so', async () => {
    const [pages, zip] = [join(folder, 'pages'), join(folder, 'feedback.zip')];
    await writeClassReports(parseClassReports({ report: [`html=${pages}`, `feedback=${zip}`] }), graded);
    expect(readdirSync(pages, { recursive: true }).sort()).toEqual(['index.html', 'pages', 'pages/ada-lab3-1.html']);
    const unpacked = join(folder, 'unpacked');
    expect((await extractArchive(zip, unpacked, submissionLimits)).kind).not.toBe('refused');
    expect(readdirSync(join(unpacked, 'ada')).sort()).toEqual(['lab3.html', 'lab3.txt']);
  });

  test('json lines are there as soon as each attempt is graded', () => {
    const lines = join(folder, 'lines.jsonl');
    const write = streamJsonLines(parseClassReports({ report: [`jsonl=${lines}`] }));
    expect(readFileSync(lines, 'utf8')).toBe('');
    write(attempt);
    expect(JSON.parse(readFileSync(lines, 'utf8'))).toEqual(attempt);
  });

  test('who was left out is said', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const strangers = classOf([attempt, attemptOf(student('eve', { enrolled: false }), mixed)]);
    await writeClassReports(parseClassReports({ report: [`moodle=${join(folder, 'moodle.csv')}`] }), strangers);
    expect(said.mock.calls.flat().join('')).toContain('left out: Student eve');
    said.mockRestore();
  });
});
