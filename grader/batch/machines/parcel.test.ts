import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { GradeTask } from '../isolation/index.ts';
import { parseAddress } from './address.ts';
import { ParcelRefused, pack, unpack } from './parcel.ts';

const top = mkdtempSync(path.join(tmpdir(), 'workbook-parcel-test-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let from: string;
let to: string;
beforeEach(() => {
  from = mkdtempSync(path.join(top, 'from-'));
  to = mkdtempSync(path.join(top, 'to-'));
});

const configuration = (place: string): GradeTask => ({
  lab: 'lab3-upstream',
  seed: 7,
  spec: { kind: 'configuration', path: place, engine: 'reference' },
  facts: { kind: 'configuration', engine: 'reference', location: 'ada/default.conf' },
});

/** A parcel of any JSON, with the right digest. */
const parcelOf = (value: unknown) => {
  const json = JSON.stringify(value);
  const digest = createHash('sha256').update(json).digest('hex');
  return { content: gzipSync(json).toString('base64'), digest, workbook: '' };
};

describe('a parcel', () => {
  test('brings one configuration with its name, and nothing that lies beside it', () => {
    writeFileSync(path.join(from, 'default.conf'), 'server { }');
    writeFileSync(path.join(from, 'secret'), 'x');
    const task = unpack(pack(configuration(path.join(from, 'default.conf')), 'w'), to);
    expect(task).toEqual(configuration(path.join(to, 'default.conf')));
    expect(readdirSync(to)).toEqual(['default.conf']);
    expect(readFileSync(path.join(to, 'default.conf'), 'utf8')).toBe('server { }');
  });

  test('brings a tree with its bytes, links and executables, byte for byte', () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    mkdirSync(path.join(from, 'sites-available'));
    mkdirSync(path.join(from, 'sites-enabled'));
    writeFileSync(path.join(from, 'sites-available/a.conf'), bytes);
    chmodSync(path.join(from, 'sites-available/a.conf'), 0o755);
    symlinkSync('../sites-available/a.conf', path.join(from, 'sites-enabled/a.conf'));
    symlinkSync('/etc/passwd', path.join(from, 'outside'));
    const task = unpack(pack(configuration(from), 'w'), to);
    expect(task.spec).toMatchObject({ path: to });
    expect(readFileSync(path.join(to, 'sites-enabled/a.conf'))).toEqual(bytes);
    expect(statSync(path.join(to, 'sites-available/a.conf')).mode & 0o111).toBe(0o111);
    // The link stays a link: the grader refuses the tree for it, there as here.
    expect(readlinkSync(path.join(to, 'outside'))).toBe('/etc/passwd');
  });

  test('brings a program with the folder that it may read', () => {
    mkdirSync(path.join(from, 'src'));
    writeFileSync(path.join(from, 'src/proxy.ts'), '1');
    writeFileSync(path.join(from, 'data.json'), '{}');
    const program: GradeTask = {
      lab: 'lab3-upstream',
      seed: 1,
      spec: { kind: 'program', file: path.join(from, 'src/proxy.ts') },
      facts: { kind: 'program', location: 'x' },
      files: from,
    };
    const task = unpack(pack(program, 'w'), to);
    expect(task).toMatchObject({ files: to, spec: { file: path.join(to, 'src/proxy.ts') } });
    expect(readdirSync(to).sort()).toEqual(['data.json', 'src']);
  });

  test('brings the address of a live server and no file', () => {
    const live: GradeTask = {
      lab: 'lab3-upstream',
      seed: 1,
      spec: { kind: 'live', url: 'http://x.test' },
      facts: { kind: 'live', location: 'http://x.test' },
    };
    expect(unpack(pack(live, 'w'), to)).toEqual(live);
    expect(readdirSync(to)).toEqual([]);
  });

  test('that was changed on its way is refused, and leaves nothing', () => {
    writeFileSync(path.join(from, 'default.conf'), 'server { }');
    const parcel = pack(configuration(path.join(from, 'default.conf')), 'w');
    const other = parcelOf({ task: {}, files: [] });
    expect(() => unpack({ ...parcel, content: other.content }, to)).toThrow(/digest/);
    expect(() => unpack({ ...parcel, content: 'AAAA' }, to)).toThrow(ParcelRefused);
    expect(readdirSync(to)).toEqual([]);
  });

  test.each(['../x', '/etc/x', 'a/../../x', '', 'a\0b'])('never writes to %j', (name) => {
    const parcel = parcelOf({ task: configuration('x'), files: [{ name, bytes: '', executable: false }] });
    expect(() => unpack(parcel, to)).toThrow(ParcelRefused);
    expect(readdirSync(to)).toEqual([]);
  });

  test('never writes through a link that it brings', () => {
    const files = [
      { name: 'a', link: from },
      { name: 'a/x', bytes: '', executable: false },
    ];
    expect(() => unpack(parcelOf({ task: configuration('x'), files }), to)).toThrow();
    expect(readdirSync(from)).toEqual([]);
  });

  test('never grades what lies outside of it', () => {
    expect(() => unpack(parcelOf({ task: configuration('../../etc'), files: [] }), to)).toThrow(ParcelRefused);
  });

  test('with more in it than it may have is refused before it is unpacked', () => {
    const bomb = { content: gzipSync(Buffer.alloc(300 * 2 ** 20)).toString('base64'), digest: '', workbook: '' };
    expect(() => unpack(bomb, to)).toThrow(/can't be unpacked/);
  });
});

describe('the address of a queue', () => {
  test('is shown without user and password', () => {
    const { shown, connection } = parseAddress('rediss://ada:p%40ss@queue.test:7000/2');
    expect(shown).toBe('rediss://queue.test:7000');
    expect(connection).toEqual({ host: 'queue.test', port: 7000, db: 2, username: 'ada', password: 'p@ss', tls: {} });
    expect(parseAddress('redis://[::1]').connection).toEqual({ host: '::1', port: 6379 });
  });

  test.each([
    'http://:secret@host',
    'redis://:secret@',
    'secret',
    'redis://:secret@host/x',
    'redis://:secret@host:notaport',
  ])('that is none is refused without being repeated: %s', (text) => {
    expect(() => parseAddress(text)).toThrow(/redis:\/\/HOST/);
    expect(() => parseAddress(text)).not.toThrow(/secret/);
  });
});
