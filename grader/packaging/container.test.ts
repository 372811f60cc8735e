import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(import.meta.dirname, 'Containerfile'), 'utf8');

/** Instructions with their lines put together, comments left out. */
const instructions = text
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return { name, rest };
  });
const all = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);

describe('the container file', () => {
  test('begins with an image and knows only instructions that there are', () => {
    expect(instructions[0]?.name).toBe('FROM');
    for (const { name } of instructions) expect(name).toMatch(/^(FROM|RUN|WORKDIR|COPY|USER|ENTRYPOINT|CMD)$/);
  });

  test('copies what exists', () => {
    const sources = all('COPY').flatMap((rest) => rest.split(/\s+/).slice(0, -1));
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('installs packages before it copies what changes often', () => {
    const order = instructions.map(({ name, rest }) => `${name} ${rest}`);
    expect(order.findIndex((line) => line.includes('npm ci'))).toBeLessThan(order.indexOf('COPY grader ./grader'));
  });

  test.each(all('RUN'))('a shell reads: %s', async (script) => {
    const { exitCode, stderr } = await execa('sh', ['-n', '-c', script], { reject: false });
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  test('starts a command that exists, not as root', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const words = [...JSON.parse(all('ENTRYPOINT')[0] ?? '[]'), ...JSON.parse(all('CMD')[0] ?? '[]')];
    expect(scripts).toHaveProperty(words[words.indexOf('-s') + 1]);
    expect(all('USER')).toEqual(['grader']);
  });
});
