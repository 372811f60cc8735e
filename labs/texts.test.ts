import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkLab } from '../grader/run/index.ts';
import { openTarget } from '../grader/target/index.ts';
import { type CatalogEntry, labs } from './catalog.ts';
import { mainFile } from './testing/grading.ts';

const root = join(import.meta.dirname, '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

const nginxInstalled = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].some((path) =>
  existsSync(path),
);
const engines = [
  { engine: 'reference', skip: false },
  { engine: 'nginx', skip: !nginxInstalled && process.env.WORKBOOK_REQUIRE_NGINX !== '1' },
] as const;

const textOf = ({ folder }: CatalogEntry) => read('labs', folder, 'README.md');

/** The configuration that a text tells the student to write, block by block. */
function snippets(text: string): string[] {
  return [...text.matchAll(/^```nginx\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
}

/** What a student has who follows the text: each snippet in its place in the starter. */
function follow(starter: string, text: string): string {
  return snippets(text).reduce(/^http \{/m.test(starter) ? placeInWhole : place, starter);
}

/** A whole nginx.conf: a block or a line that is there already is written anew, the rest goes into `http`, or beside `proxy_pass`. */
function placeInWhole(file: string, snippet: string): string {
  const [first = ''] = snippet.split('\n');
  const name = first.split(/\s/)[0]!;
  const known = first.endsWith('{') ? file.indexOf(first) : -1;
  if (known >= 0) return file.replace(blockAt(file, known), () => snippet.trim());
  const line = new RegExp(`^${name} .*;$`, 'm');
  if (line.test(file)) return file.replace(line, () => snippet.trim());
  const before = name.startsWith('proxy_') ? /^ *proxy_pass .*;\n/m : /^http \{\n/m;
  return file.replace(before, (found) => `${found}${snippet}`);
}

/** Where a piece goes when its first line is a comment with the name of a site: into that server. */
const siteLine = /^# (\S+\.test)\n/;

function placeInSite(file: string, name: string, snippet: string): string {
  const server = [...file.matchAll(/^server \{/gm)]
    .map(({ index }) => blockAt(file, index))
    .find((one) => new RegExp(`^ *server_name .*\\b${name}\\b`, 'm').test(one))!;
  const directive = /^(\w+) .*;$/.exec(snippet.trim())?.[1];
  const line = directive === undefined ? undefined : new RegExp(`^ *${directive} .*;\n`, 'm');
  const changed = line?.test(server) ? server.replace(line, () => snippet) : server.replace(/\}$/, () => `${snippet}}`);
  return file.replace(server, () => changed);
}

function place(file: string, snippet: string): string {
  const site = siteLine.exec(snippet)?.[1];
  if (site !== undefined) return placeInSite(file, site, snippet.replace(siteLine, ''));
  const header = snippet
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line.endsWith('{'));
  // Lines without a block stand at the top of the file.
  if (header === undefined) return `${snippet}\n${file}`;
  const [kind] = header.split(' ');
  if (header.startsWith('events') || kind === 'http') return file; // nginx.conf: read, not written
  if (kind === 'upstream') return `${snippet}\n${file}`;
  // The site itself, and not the server that does nothing but redirect.
  const all = [...file.matchAll(/^server \{/gm)].map(({ index }) => blockAt(file, index));
  const server = all.find((one) => one.includes('proxy_pass')) ?? all[0]!;
  if (kind === 'server')
    return /\b(443|8088)\b/.test(snippet) ? `${file}\n${snippet}` : file.replace(server, () => snippet);
  const at = server.indexOf(header);
  const changed =
    at < 0 ? server.replace(/\}$/, () => `${snippet}}`) : server.replace(blockAt(server, at), () => snippet.trim());
  return file.replace(server, () => changed);
}

/** The text of the block that begins at `start`, to its closing brace. */
function blockAt(text: string, start: number): string {
  let depth = 0;
  for (let at = text.indexOf('{', start); at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return text.slice(start, at + 1);
  }
  throw new Error('a block without end');
}

describe.each(labs.map((entry) => ({ entry, folder: entry.folder })))('the text of $folder', ({ entry, folder }) => {
  const text = textOf(entry);

  test('quotes nothing that the solution does not say', () => {
    const said = `${read('solutions', folder, mainFile(folder))}\n${read('grader/target/stock/nginx.conf')}`
      .split('\n')
      // A comment may hold the line that something better stands in for.
      .map((line) => line.trim().replace(/^# /, ''));
    const stale = snippets(text)
      .flatMap((snippet) => snippet.replace(siteLine, '').split('\n'))
      .map((line) => line.trim().replace(/;$/, ''))
      .filter((line) => line !== '' && !said.some((one) => one.startsWith(line)));
    expect(stale).toEqual([]);
  });

  test('has what every text has', () => {
    expect(text.split('\n')).toContain(`# Lab ${entry.number}: ${entry.title}`);
    for (const heading of ['## Why', '## Step 1', '## Build it yourself', '## Stuck?', '## What to read next'])
      expect(text).toContain(heading);
    for (const command of ['check', 'serve', 'watch', 'hint'])
      expect(text).toContain(`npm run ${command} lab${entry.number}`);
    expect(text).toContain(`workspace/${folder}/`);
    expect(text).toContain('> **What happened?');
    expect(text).toContain('**What you should see:**');
  });

  test('has no line of code that a terminal of 80 columns would break', () => {
    const code = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap((match) => match[1]!.split('\n'));
    expect(code.filter((line) => line.length > 76)).toEqual([]);
  });

  test.for(engines)('earns every core objective on $engine when it is followed', async (one, context) => {
    context.skip(one.skip, 'nginx is not installed');
    const place = await mkdtemp(join(tmpdir(), 'followed-'));
    try {
      const path = join(place, 'default.conf');
      await writeFile(path, follow(read('labs', folder, `start/${mainFile(folder)}`), text));
      const { default: lab } = await entry.load();
      const core = lab.objectives.filter(({ kind }) => kind === 'core').map(({ id }) => id);
      const result = await checkLab(
        lab,
        (signal) => openTarget({ kind: 'configuration', path, engine: one.engine }, lab, 11, signal),
        { folder, seed: 11, only: core, facts: { kind: 'configuration', engine: one.engine, location: path } },
      );
      expect(result.startup).toMatchObject({ ok: true });
      expect(result.objectives.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
      expect(result.score.earned).toBe(100);
    } finally {
      await rm(place, { recursive: true });
    }
  });
});
