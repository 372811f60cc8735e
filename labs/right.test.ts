import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labs } from './catalog.ts';
import { engines } from './testing/engines.ts';
import { failuresNamed, failuresOf, grade, mostlyWaits } from './testing/grading.ts';
import { otherMakes } from './testing/makes/index.ts';

async function labOf(number: number) {
  const entry = labs.find((one) => one.number === number)!;
  return { lab: (await entry.load()).default, folder: entry.folder };
}

describe.for(otherMakes)('a right server of another make, $name', ({ file, command, lab: number, installed }) => {
  test('passes, whatever its configuration looks like', { skip: !installed }, async () => {
    const { lab, folder } = await labOf(number);
    const result = await grade(lab, folder, { kind: 'command', command });
    expect(result.startup.messages).toEqual([]);
    expect(failuresOf(result).sort()).toEqual((failuresNamed(file) ?? []).sort());
  });
});

/** Right configurations that look like no solution of ours: `labN-WORD.conf`, or a folder like /etc/nginx. */
const unusual = readdirSync(join(import.meta.dirname, 'testing/right'));

describe.for(unusual)('an unusual right configuration, %s', (name) => {
  const number = Number(/^lab(\d+)/.exec(name)?.[1]);
  const each = mostlyWaits(number) ? test.concurrent : test;
  each.for(engines)('passes on $engine', async ({ engine, skip }, context) => {
    context.skip(skip, 'nginx is not installed');
    const { lab, folder } = await labOf(number);
    const path = join(import.meta.dirname, 'testing/right', name);
    const first = name.endsWith('.conf') ? path : join(path, 'nginx.conf');
    const result = await grade(lab, folder, { kind: 'configuration', path, engine });
    expect(result.startup.messages.filter(({ severity }) => severity === 'emerg')).toEqual([]);
    expect(failuresOf(result).sort()).toEqual((failuresNamed(first) ?? []).sort());
  });
});
