import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArchiveLimits, type Extraction, extractArchive, submissionLimits } from './index.ts';
import { type Made, makeTar, makeZip, rename } from './testing/make.ts';

class Fixture implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), 'workbook-archives-'));

  async extract(archive: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<Extraction> {
    writeFileSync(path.join(this.root, 'archive'), archive);
    return extractArchive(path.join(this.root, 'archive'), path.join(this.root, 'place'), {
      ...submissionLimits,
      ...limits,
    });
  }

  /** Path and text of all that came out. */
  get files(): Record<string, string> {
    const all = readdirSync(path.join(this.root, 'place'), { recursive: true, withFileTypes: true });
    const files = all.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
    return Object.fromEntries(
      files.sort().map((file) => [path.relative(path.join(this.root, 'place'), file), readFileSync(file, 'utf8')]),
    );
  }

  /** What lies beside the archive: nothing, after a refusal. */
  get beside(): string[] {
    return readdirSync(this.root).filter((name) => name !== 'archive');
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const formats = {
  zip: makeZip,
  tar: async (entries: readonly Made[]) => makeTar(entries),
  'tar.gz': async (entries: readonly Made[]) => gzipSync(makeTar(entries)),
} as const;

async function expectRefusal(archive: Buffer, kind: string, reason: RegExp, limits: Partial<ArchiveLimits> = {}) {
  using fixture = new Fixture();
  const outcome = await fixture.extract(archive, limits);
  expect(outcome).toMatchObject({ kind: 'refused', problem: { kind } });
  expect(outcome).toHaveProperty('problem.reason', expect.stringMatching(reason));
  expect(fixture.beside).toEqual([]);
}

describe.each(Object.entries(formats))('a .%s', (_, make) => {
  test('comes out as files and folders with their times', async () => {
    using fixture = new Fixture();
    const newest = new Date('2031-05-06T07:08:10Z');
    const outcome = await fixture.extract(
      await make([
        { name: 'lab3/', type: 'folder' },
        { name: 'lab3/conf.d/default.conf', content: 'server {}\n' },
        { name: 'lab3/empty', content: '' },
        { name: 'Müller/größe.txt', content: 'Grüße', modified: newest },
      ]),
    );
    expect(outcome).toMatchObject({ kind: 'extracted', files: 3, bytes: 17, newest });
    expect(fixture.files).toEqual({
      'Müller/größe.txt': 'Grüße',
      'lab3/conf.d/default.conf': 'server {}\n',
      'lab3/empty': '',
    });
    const { mtime } = statSync(path.join(fixture.root, 'place/Müller/größe.txt'));
    expect(mtime).toEqual(newest);
  });

  test('leaves out what operating systems put in', async () => {
    using fixture = new Fixture();
    await fixture.extract(
      await make([
        { name: 'proxy.ts', content: 'x' },
        { name: '._proxy.ts', content: 'x' },
        { name: '.DS_Store', content: 'x' },
        { name: '__MACOSX/._proxy.ts', content: 'x' },
      ]),
    );
    expect(Object.keys(fixture.files)).toEqual(['proxy.ts']);
  });

  test('may have the links of Debian’s /etc/nginx, which become copies', async () => {
    using fixture = new Fixture();
    await fixture.extract(
      await make([
        { name: 'nginx/sites-enabled/default', type: 'link', target: '/etc/nginx/sites-available/default' },
        { name: 'nginx/sites-enabled/other', type: 'link', target: '../sites-enabled/default' },
        { name: 'nginx/modules-enabled/a.conf', type: 'link', target: '/usr/share/nginx/modules-available/a.conf' },
        { name: 'nginx/sites-available/default', content: 'server {}' },
      ]),
    );
    expect(fixture.files).toEqual({
      'nginx/sites-available/default': 'server {}',
      'nginx/sites-enabled/default': 'server {}',
      'nginx/sites-enabled/other': 'server {}',
    });
  });

  test.each([
    ['/etc/passwd', /leads out of the archive, to "\/etc\/passwd"/],
    ['../../x', /leads out/],
    ['/etc/nginx/../passwd', /leads out/],
    ['inside/../../x', /leads out/],
    ['link', /in a circle/],
  ])('with a link to %s is refused', async (target, reason) => {
    await expectRefusal(
      await make([
        { name: 'a', content: 'x' },
        { name: 'link', type: 'link', target },
      ]),
      'refused',
      reason,
    );
  });

  test('that goes on below a link is refused', async () => {
    const entries: Made[] = [
      { name: 'a', type: 'link', target: 'b' },
      { name: 'a/passwd', content: 'x' },
    ];
    await expectRefusal(await make(entries), 'refused', /"a" twice/);
  });

  test.each(['device', 'fifo'] as const)('with a %s is refused', async (type) => {
    await expectRefusal(await make([{ name: 'special', type }]), 'refused', /neither a file nor a folder/);
  });

  test.each([
    ['the same name twice', ['a', 'a'], /"a" twice/],
    ['names that differ in case', ['README', 'readme'], /"README" and "readme" differ in case/],
    ['folders that differ in case', ['A/x', 'a/y'], /"A" and "a" differ in case/],
    ['a file as a folder', ['a', 'a/b'], /"a" twice/],
    ['an over-long name', ['n'.repeat(256)], /too long a name/],
    ['too many folders', [`${'d/'.repeat(33)}x`], /more than 32 folders deep/],
  ])('with %s is refused', async (_, names, reason) => {
    await expectRefusal(await make(names.map((name) => ({ name, content: 'x' }))), 'refused', reason);
  });

  test.each([
    ['too many entries', { entries: 2 }, /more than 2 entries/],
    ['a file too large', { fileBytes: 1000 }, /"b" is larger than 1000 bytes/],
    ['too much in all', { bytes: 1500 }, /more than 1500 bytes/],
    ['too little time', { time: 0 }, /within 0 s/],
  ])('with %s is refused', async (_, limits, reason) => {
    const entries = [
      { name: 'a', content: 'x'.repeat(800) },
      { name: 'b', content: 'x'.repeat(1200) },
      { name: 'c', content: 'x' },
    ];
    await expectRefusal(await make(entries), 'too-large', reason, limits);
  });

  test('without files is empty', async () => {
    await expectRefusal(await make([{ name: 'folder/', type: 'folder' }]), 'empty', /no files/);
  });
});

describe('names that lead out', () => {
  test.each([
    ['../x', /leads out of the archive/],
    ['a/../../x', /leads out/],
    ['/etc/x', /absolute/],
    ['C:/x', /names a drive/],
    ['a\nb', /control characters/],
  ])('%j is refused in a tar', async (name, reason) => {
    await expectRefusal(makeTar([{ name, content: 'x' }]), 'refused', reason);
  });

  test('a backslash is refused in a tar', async () => {
    await expectRefusal(makeTar([{ name: '..\\x', content: 'x' }]), 'refused', /backslash/);
  });

  test.each([
    ['../x', /leads out of the archive/],
    ['..\\x', /leads out/],
    ['\\\\ab', /absolute/],
    ['/abc', /absolute/],
    ['C:\\x', /names a drive/],
    ['a\0bc', /control characters/],
  ])('%j is refused in a zip', async (name, reason) => {
    await expectRefusal(rename(await makeZip([{ name: 'NAME', content: 'x' }]), 'NAME', name), 'refused', reason);
  });

  test.each(['/etc/passwd', '../x', 'a/../../x'])('a hard link to %s is refused', async (target) => {
    await expectRefusal(makeTar([{ name: 'link', type: 'hard-link', target }]), 'refused', /leads out/);
  });

  test('a hard link inside is a copy', async () => {
    using fixture = new Fixture();
    await fixture.extract(
      makeTar([
        { name: 'a/b', content: 'x' },
        { name: 'c/d', type: 'hard-link', target: 'a/b' },
      ]),
    );
    expect(fixture.files).toEqual({ 'a/b': 'x', 'c/d': 'x' });
  });
});

describe('names of a zip', () => {
  test('with backslashes between folders are those of old Windows programs', async () => {
    using fixture = new Fixture();
    await fixture.extract(rename(await makeZip([{ name: 'a/b', content: 'x' }]), 'a/b', 'a\\b'));
    expect(fixture.files).toEqual({ 'a/b': 'x' });
  });

  test('may be in code page 437', async () => {
    using fixture = new Fixture();
    const archive = rename(await makeZip([{ name: 'Mxller', content: 'x' }]), 'Mxller', 'M\x81ller');
    await fixture.extract(unflagged(archive));
    expect(fixture.files).toEqual({ Müller: 'x' });
  });

  test('are UTF-8 when they can be nothing else, said or not', async () => {
    using fixture = new Fixture();
    await fixture.extract(unflagged(await makeZip([{ name: 'Müller', content: 'x' }])));
    expect(fixture.files).toEqual({ Müller: 'x' });
  });
});

describe('bombs', () => {
  const zeros = Buffer.alloc(20 * 1024 * 1024);

  test.each(Object.entries(formats).filter(([name]) => name !== 'tar'))(
    'a .%s of zeros is refused',
    async (_, make) => {
      await expectRefusal(await make([{ name: 'zeros', content: zeros }]), 'too-large', /more than 100 times/);
    },
  );

  test('a zip that lies about sizes is refused at the first byte too many', async () => {
    const archive = await makeZip([{ name: 'zeros', content: zeros }]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(zeros.length);
    const lie = Buffer.alloc(4);
    lie.writeUInt32LE(10);
    await expectRefusal(rename(archive, size, lie), 'broken-archive', /too many bytes/);
  });

  test('a zip whose entries share their bytes is refused', async () => {
    await expectRefusal(
      overlapping(await makeZip(['a', 'b'].map((name) => ({ name, content: 'same' })))),
      'refused',
      /lie over one another/,
    );
  });
});

describe('archives that cannot be read', () => {
  test.each(Object.entries(formats))('a .%s that is cut short says so', async (_, make) => {
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251));
    const archive = await make([{ name: 'a', content: noise }]);
    await expectRefusal(archive.subarray(0, 2000), 'broken-archive', /cut short/);
  });

  test('a zip with a wrong checksum is damaged', async () => {
    const archive = await makeZip([{ name: 'a', content: 'x' }]);
    const at = archive.indexOf('PK\x01\x02') + 16;
    archive[at] = archive[at]! ^ 1;
    await expectRefusal(archive, 'broken-archive', /damaged: the checksum of "a" is wrong/);
  });

  test('an encrypted zip says so', async () => {
    const archive = await makeZip([{ name: 'a', content: 'x'.repeat(100) }]);
    const flags = archive.indexOf('PK\x01\x02') + 8;
    archive[flags] = archive[flags]! | 1;
    await expectRefusal(archive, 'unrecognised', /encrypted/);
  });

  test.each([
    ['a RAR', Buffer.from('Rar!\x1a\x07\x00 and so on', 'latin1'), 'unrecognised', /RAR archive: hand in .zip/],
    ['an empty file', Buffer.alloc(0), 'empty', /empty file/],
    ['a text', Buffer.from('server {}\n'.repeat(200)), 'unrecognised', /no archive/],
    ['a compressed text', gzipSync('server {}\n'.repeat(200)), 'unrecognised', /no archive/],
  ])('%s is named', async (_, archive, kind, reason) => {
    await expectRefusal(archive, kind, reason);
  });
});

test('an archive with any bytes changed is extracted or refused, and nothing comes out beside its place', async () => {
  const entries: Made[] = [
    { name: 'a/b', content: 'x'.repeat(300) },
    { name: 'c', type: 'link', target: 'a/b' },
    { name: 'd', content: 'y' },
  ];
  const archives = await Promise.all(Object.values(formats).map((make) => make(entries)));
  const change = fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...archives),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      async (archive, changes) => {
        using fixture = new Fixture();
        const changed = Buffer.from(archive);
        for (const { at, byte } of changes) changed[Math.floor(at * changed.length)] = byte;
        const { kind } = await fixture.extract(changed);
        expect(fixture.beside).toEqual(kind === 'extracted' ? ['place'] : []);
      },
    ),
    { numRuns: 300 },
  );
});

/** Without the flag that says UTF-8 (APPNOTE.TXT, 4.4.4, bit 11), in the central directory. */
function unflagged(archive: Buffer): Buffer {
  const flags = archive.indexOf('PK\x01\x02') + 9;
  archive[flags] = archive[flags]! & ~0x08;
  return archive;
}

/** Both entries of the central directory lead to the first one's bytes. */
function overlapping(archive: Buffer): Buffer {
  const second = archive.lastIndexOf('PK\x01\x02');
  archive.writeUInt32LE(0, second + 42);
  return archive;
}
