import { findIsolation, type Isolation } from '../index.ts';

/** This machine's isolation, and why tests of it are skipped, if they are. Throws where they may not be. */
export async function requireIsolation(): Promise<{
  readonly isolation: Isolation;
  readonly skip: string | undefined;
}> {
  const isolation = await findIsolation();
  if (isolation.kind !== 'none') return { isolation, skip: undefined };
  if (process.env.WORKBOOK_REQUIRE_ISOLATION) throw new Error(`there is no isolation: ${isolation.reason}`);
  return { isolation, skip: ` (skipped: ${isolation.reason})` };
}
