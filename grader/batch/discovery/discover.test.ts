import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { labs } from '../../../labs/catalog.ts';
import { Folder } from '../testing/folder.ts';
import { discover, type Extract } from './discover.ts';
import type { Found } from './found.ts';

const conf = 'server { listen 80; }\n';

/** An archive of these files, made by the system's own tar. */
function archive(folder: Folder, name: string, files: Readonly<Record<string, string>>): void {
  const inner = new Folder();
  inner.write(files);
  mkdirSync(path.dirname(folder.place(name)), { recursive: true });
  execFileSync('tar', ['-czf', folder.place(name), '-C', inner.root, '.']);
  inner[Symbol.dispose]();
}

const extract: Extract = async (file, into) => {
  try {
    mkdirSync(into);
    execFileSync('tar', ['-xzf', file, '-C', into], { stdio: 'ignore' });
    return undefined;
  } catch {
    return { kind: 'broken-archive', reason: 'the archive is broken' };
  }
};

const starterFiles = { 'conf.d/default.conf': 'starter {}', 'proxy.ts': 'starter;' };

/** What is found, one line each: whose, lab, attempt, kind, and the path or the problem. */
async function found(folder: Folder, place = folder.root): Promise<string[]> {
  using work = new Folder();
  const list = await discover(place, {
    labs,
    extract,
    workFolder: work.root,
    starter: () => (name) => starterFiles[name],
  });
  return list.map(describeFound).sort();
}

function describeFound({ owner, lab, attempt, content, source }: Found): string {
  const whose = owner.moodleId ?? owner.canvasId ?? owner.number ?? owner.login ?? owner.name;
  const what = content.kind === 'unknown' ? content.problem.kind : content.kind;
  return [whose, lab?.split('-')[0] ?? '?', attempt ?? '-', what, source].join(' ');
}

async function inFolder(files: Readonly<Record<string, string>>): Promise<string[]> {
  using folder = new Folder();
  folder.write(files);
  return await found(folder);
}

describe('submissions named after students', () => {
  it('are folders and files, whose names may say lab and attempt', async () => {
    expect(
      await inFolder({
        'ada/default.conf': conf,
        'bo.conf': conf,
        'cy_lab3.conf': conf,
        'di-lab2-attempt2.conf': conf,
        'ed/lab3/default.conf': conf,
        'ed/lab4-static-posters/conf.d/default.conf': conf,
        'flo/lab3.conf': conf,
        'flo/lab4.conf': conf,
        'gus/lab1/attempt1/default.conf': conf,
        'gus/lab1/attempt2/default.conf': conf,
      }),
    ).toEqual([
      'ada ? - configuration ada',
      'bo ? - configuration bo.conf',
      'cy lab3 - configuration cy_lab3.conf',
      'di lab2 2 configuration di-lab2-attempt2.conf',
      'ed lab3 - configuration ed/lab3',
      'ed lab4 - configuration ed/lab4-static-posters',
      'flo lab3 - configuration flo/lab3.conf',
      'flo lab4 - configuration flo/lab4.conf',
      'gus lab1 1 configuration gus/lab1/attempt1',
      'gus lab1 2 configuration gus/lab1/attempt2',
    ]);
  });

  it('may lie in folders named after labs', async () => {
    expect(await inFolder({ 'lab3/ada/default.conf': conf, 'lab3/bo.conf': conf, 'lab90/x.conf': conf })).toEqual([
      'ada lab3 - configuration lab3/ada',
      'bo lab3 - configuration lab3/bo.conf',
      'lab90 ? - configuration lab90',
    ]);
  });

  it('are trees, programs, and addresses of live servers', async () => {
    expect(
      await inFolder({
        'ada/nginx.conf': 'http {}',
        'ada/conf.d/default.conf': conf,
        'bo/etc/nginx/sites-enabled/default': conf,
        'bo/etc/nginx/nginx.conf': 'http {}',
        'cy/proxy.ts': 'serve()',
        'di/server.txt': 'My server: http://203.0.113.7/\n',
        'ed.txt': '203.0.113.8\n',
        'flo/conf.d/default.conf': starterFiles['conf.d/default.conf'],
        'flo/proxy.ts': 'mine()',
        'gus/conf.d/default.conf': conf,
        'gus/proxy.ts': starterFiles['proxy.ts'],
        'hal/default.conf.txt': conf,
        'ivy/site/nginx/default.conf': conf,
        'joy/nginx.conf.txt': 'upstream catalogs { }\nserver { location / { proxy_pass http://catalogs; } }',
        'ivy/site/README.md': 'see nginx/',
      }),
    ).toEqual([
      'ada ? - tree ada',
      'bo ? - tree bo/etc/nginx',
      'cy ? - program cy',
      'di ? - live di',
      'ed ? - live ed.txt',
      'flo ? - program flo',
      'gus ? - configuration gus',
      'hal ? - configuration hal',
      'ivy ? - configuration ivy/site/nginx',
      'joy ? - configuration joy',
    ]);
  });

  it('that are nothing are found all the same, with the reason', async () => {
    using folder = new Folder();
    folder.write({
      'ada/default.conf': '  \n',
      'bo.zip': '',
      'cy.zip': 'PK but no archive',
      'di/essay.docx': 'words',
      'ed.bin': 'x',
    });
    mkdirSync(folder.place('flo'));
    expect(await found(folder)).toEqual([
      'ada ? - empty ada',
      'bo ? - broken-archive bo.zip',
      'cy ? - broken-archive cy.zip',
      'di ? - unrecognised di',
      'ed ? - unrecognised ed.bin',
      'flo ? - empty flo',
    ]);
  });

  it('may be archives, with folders around and what macOS leaves behind', async () => {
    using folder = new Folder();
    archive(folder, 'ada.tar.gz', { 'conf.d/default.conf': conf });
    archive(folder, 'bo_lab3.tgz', { 'lab3/default.conf': conf, '__MACOSX/._default.conf': 'x', '.DS_Store': 'x' });
    archive(folder, 'cy.tar.gz', { 'work/lab2.conf': conf, 'work/lab3.conf': conf });
    expect(await found(folder)).toEqual([
      'ada ? - configuration ada.tar.gz!',
      'bo lab3 - configuration bo_lab3.tgz!/lab3',
      'cy lab2 - configuration cy.tar.gz!/work/lab2.conf',
      'cy lab3 - configuration cy.tar.gz!/work/lab3.conf',
    ]);
  });
});

describe('exports', () => {
  it('of Moodle, in folders or without', async () => {
    expect(
      await inFolder({
        'Ada Lovelace_1001_assignsubmission_file_/default.conf': conf,
        'Bo van der Berg_1002_assignsubmission_file_lab3.conf': conf,
        'Cy_Underscore_1003_assignsubmission_onlinetext_/onlinetext.html':
          '<p>It runs at <a href="http://203.0.113.9/">http://203.0.113.9/</a></p>',
      }),
    ).toEqual([
      '1001 ? - configuration Ada Lovelace_1001_assignsubmission_file_',
      '1002 lab3 - configuration Bo van der Berg_1002_assignsubmission_file_lab3.conf',
      '1003 ? - live Cy_Underscore_1003_assignsubmission_onlinetext_',
    ]);
  });

  it('of Canvas, late ones, and ones that were handed in again', async () => {
    using folder = new Folder();
    folder.write({
      'lovelaceada_501_9001_default.conf': conf,
      'bergbo_LATE_502_9002_default-1.conf': conf,
      'curiecy_503_9003_lab3-2.conf': conf,
      'dodi_504_text.html': '<p>http://203.0.113.9</p>',
    });
    expect(await found(folder)).toEqual([
      '501 ? - configuration lovelaceada_501_9001_default.conf',
      '502 ? - configuration bergbo_LATE_502_9002_default-1.conf',
      '503 lab3 - configuration curiecy_503_9003_lab3-2.conf',
      '504 ? - live dodi_504_text.html',
    ]);
    using work = new Folder();
    const list = await discover(folder.root, { labs, extract, workFolder: work.root, starter: () => () => undefined });
    expect(list.filter(({ markedLate }) => markedLate).map(({ owner }) => owner.canvasId)).toEqual(['502']);
  });

  it('of Gradescope, with everyone who handed in together and the time', async () => {
    using folder = new Folder();
    folder.write({
      'assignment_77_export/submission_metadata.yml': `---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '4711'
    :email: ada@example.org
  - :name: Bo Berg
    :sid: 4712
    :email: bo@example.org
  :created_at: 2026-03-01 10:00:00.123456789 Z
  :score: 0.0
  :status: processed
submission_12:
  :submitters:
  - :name: Cy Curie
    :sid:
    :email: cy@example.org
  :created_at: 2026-03-02 11:00:00.000000000 +02:00
`,
      'assignment_77_export/submission_11/default.conf': conf,
      'assignment_77_export/submission_12/proxy.ts': 'serve()',
    });
    expect(await found(folder)).toEqual([
      '4711 ? - configuration assignment_77_export/submission_11',
      '4712 ? - configuration assignment_77_export/submission_11',
      'Cy Curie ? - program assignment_77_export/submission_12',
    ]);
    using work = new Folder();
    const list = await discover(folder.root, { labs, extract, workFolder: work.root, starter: () => () => undefined });
    expect(list.map(({ submittedAt }) => submittedAt)).toEqual([
      '2026-03-01T10:00:00.123Z',
      '2026-03-01T10:00:00.123Z',
      '2026-03-02T09:00:00.000Z',
    ]);
  });

  it('of GitHub Classroom, a clone of the whole workbook among them', async () => {
    expect(
      await inFolder({
        'lab3-submissions/lab3-ada-l/conf.d/default.conf': conf,
        'lab3-submissions/lab3-ada-l/.git/HEAD': 'ref',
        'lab3-submissions/lab3-bo/labs/catalog.ts': 'x',
        'lab3-submissions/lab3-bo/workspace/lab3-upstream/conf.d/default.conf': conf,
      }),
    ).toEqual([
      'ada-l lab3 - configuration lab3-submissions/lab3-ada-l',
      'bo lab3 - configuration lab3-submissions/lab3-bo/workspace/lab3-upstream',
    ]);
  });

  it('as the archive that was downloaded', async () => {
    using folder = new Folder();
    archive(folder, 'lab3 download.tar.gz', { 'Ada_1001_assignsubmission_file_/default.conf': conf });
    const line = '1001 lab3 - configuration lab3 download.tar.gz!/Ada_1001_assignsubmission_file_';
    expect(await found(folder)).toEqual([line]);
    expect(await found(folder, folder.place('lab3 download.tar.gz'))).toEqual([line]);
  });
});
