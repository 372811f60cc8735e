import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nginxMissing } from '../side-by-side.ts';
import { TwoReaders } from '../two-readers.ts';
import { requests } from './requests.ts';

test.skipIf(nginxMissing !== undefined)(
  'bytes that nobody planned are read as nginx reads them (npm run fuzz goes on)',
  async () => {
    const readers = await TwoReaders.start();
    try {
      await fc.assert(
        fc.asyncProperty(requests, async (bytes) => {
          const { theirs, ours } = await readers.read(bytes);
          expect(ours).toEqual(theirs);
        }),
        { seed: 1, numRuns: 1000 },
      );
    } finally {
      await readers.stop();
    }
  },
  120_000,
);
