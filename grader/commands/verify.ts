import { readFileSync } from 'node:fs';
import { readPublicKey, type Verdict, verifyDocument } from '../batch/signature.ts';
import { existingPath } from './labs.ts';
import { print } from './output.ts';
import { exitCodes, UsageError } from './usage.ts';

/** `verify FILE...`: says whether results are as they were signed. Exit code 0 when all are. */
export async function verify(files: readonly string[], options: { readonly key?: string }): Promise<number> {
  const { key } = options;
  const trusted = key === undefined ? undefined : read(key, '--key', readPublicKey);
  let good = true;
  for (const file of files) {
    const verdict = read(file, 'verify', (text) => verifyDocument(JSON.parse(text), trusted));
    good &&= verdict.kind === 'signed';
    await print(`${file}: ${inWords(verdict, trusted !== undefined)}\n`);
  }
  return good ? exitCodes.passed : exitCodes.failed;
}

function inWords(verdict: Verdict, hasKey: boolean): string {
  switch (verdict.kind) {
    case 'signed':
      return hasKey
        ? `unchanged, signed with this key (${verdict.fingerprint})`
        : `unchanged since it was signed with the key ${verdict.fingerprint}; whose that is, --key FILE tells`;
    case 'unsigned':
      return 'not signed';
    case 'altered':
      return 'CHANGED since it was signed';
    case 'other-key':
      return `signed with ANOTHER key (${verdict.fingerprint})`;
  }
}

function read<T>(file: string, option: string, parse: (text: string) => T): T {
  const place = existingPath(file, option);
  try {
    return parse(readFileSync(place, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}
