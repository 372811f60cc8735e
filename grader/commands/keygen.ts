import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createKeys, fingerprint, readPublicKey } from '../batch/signature.ts';
import { print } from './output.ts';
import { exitCodes, UsageError } from './usage.ts';

/** `keygen FILE`: writes a new private key, and beside it (`FILE.pub`) the public one. Never overwrites. */
export async function keygen(file: string): Promise<number> {
  const place = resolve(process.env.INIT_CWD ?? process.cwd(), file);
  const { privateKey, publicKey } = createKeys();
  try {
    writeFileSync(place, privateKey, { flag: 'wx', mode: 0o600 });
    writeFileSync(`${place}.pub`, publicKey, { flag: 'wx' });
  } catch (error) {
    throw new UsageError(`keygen: ${(error as Error).message}`);
  }
  await print(
    `${file} signs results (grade --key), ${file}.pub verifies them (verify --key)\n${fingerprint(readPublicKey(publicKey))}\n`,
  );
  return exitCodes.passed;
}
