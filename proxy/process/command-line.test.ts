import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandOf, type EngineName } from '../testing/server-program.ts';
import { nginxMissing } from '../testing/side-by-side.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'command-line-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
const good = write(
  'good.conf',
  `pid ${folder}/x.pid; error_log ${folder}/x.log; events {}\nhttp { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; }\n`,
);
const bad = write('bad.conf', 'foo bar;\nevents {}\n');

/** What a command says and how it ends; what names a version or a build is left out. */
function run(engine: EngineName, words: readonly string[]): { said: string; shown: string; status: number | null } {
  const [program, ...first] = commandOf(engine);
  const { stderr, stdout, status } = spawnSync(program, [...first, ...words], { encoding: 'latin1' });
  const said = stderr
    .replace(/^\d{4}\/\d\d\/\d\d [\d:]{8} (\[\w+\]) \d+#\d+: /gm, 'nginx: $1 ')
    .replace(/nginx\/[\d.]+/g, 'nginx/VERSION')
    .replace(/\(default: [^)]*\)/g, '(default)')
    .replace(/^(built (with|by) |TLS SNI|did you mean).*\n/gm, '')
    .replace(/^(configure arguments:).*$/gm, '$1');
  return { said, shown: stdout, status };
}

describe.skipIf(nginxMissing !== undefined)('the command line says what nginx says', () => {
  test.each<string[][]>(
    [
      ['-v'],
      ['-V'],
      ['-h'],
      ['-?'],
      ['-x'],
      ['foo'],
      ['-c'],
      ['-p'],
      ['-e'],
      ['-g'],
      ['-s'],
      ['-s', 'foo'],
      ['-t', '-c', good],
      ['-tc', good],
      ['-t', '-q', '-c', good],
      ['-T', '-c', good],
      ['-tv', '-c', good],
      ['-t', '-c', bad],
      ['-tq', '-c', bad],
      ['-t', '-c', `${folder}/none.conf`],
      ['-t', '-p', folder, '-c', 'good.conf'],
      ['-t', '-c', good, '-g', 'worker_processes'],
      ['-t', '-c', good, '-g', 'foo;'],
      ['-t', '-c', good, '-g', 'pid x;'],
      ['-t', '-c', good, '-g', 'worker_processes 2;'],
      ['-s', 'reload', '-c', bad],
      ['-t', '-c', good, '-g', 'http {}'],
      ['-t', '-c', good, '-g', 'events {'],
      ['-t', '-c', good, '-g', 'pid x; a b {'],
      ['-t', '-c', good, '-g', 'foo; events {}'],
      ['-t', '-c', good, '-g', '}'],
      ['-t', '-c', good, '-g', "'"],
      ['-t', '-c', good, '-g', ''],
      ['-t', '-c', good, '-e', `${folder}/e.log`],
      ['-t', '-c', good, '-e', `${folder}/nowhere/e.log`],
      ['-t', '-c', `${good}/x`],
      ['-t', 'x', '-c', good],
      ['-ttq', '-c', good],
      ['-s', ''],
      ['-z'],
      ['--version'],
      ['-s', 'quit', '-c', `${folder}/none.conf`],
      ['-qs', 'reopen', '-c', good],
      ['-s', 'stop', '-c', good],
    ].map((words) => [words]),
  )('%j', (words) => {
    const theirs = run('nginx', words);
    const ours = run('reference', words);
    expect(ours).toEqual(theirs);
  });
});
