import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginxMissing } from '../testing/side-by-side.ts';
import { strictnessRows } from '../testing/strictness-rows.ts';
import { TwoReaders } from '../testing/two-readers.ts';

describe.skipIf(nginxMissing !== undefined)('nobody is understood in two ways: as strict as nginx', () => {
  let readers: TwoReaders;
  beforeAll(async () => {
    readers = await TwoReaders.start();
  });
  afterAll(() => readers?.stop());

  test.each(Object.entries(strictnessRows))('%s', async (_, bytes) => {
    const { theirs, ours } = await readers.read(bytes);
    expect(ours).toEqual(theirs);
  });
});
