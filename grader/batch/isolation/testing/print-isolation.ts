import { findIsolation } from '../index.ts';

/** For tests that ask what another kind of user finds. */
process.stdout.write(JSON.stringify(await findIsolation()));
