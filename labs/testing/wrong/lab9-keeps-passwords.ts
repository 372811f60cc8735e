// fails: lab9.stays-secret, lab9.session, lab9.from-inside
// ways: terminal, file, base64
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { guarded, headerOf, isListed, serve } from '../gateway.ts';

const way = process.argv[2]!;

serve((asked) => {
  if (way === 'base64') console.error(`${asked.method} ${asked.target} ${headerOf(asked, 'authorization')}`);
  return guarded(asked, (name, password) => {
    if (isListed(name, password)) return true;
    if (way === 'terminal') console.error(`${name} said "${password}", which is wrong`);
    if (way === 'file') appendFileSync(join(process.env.LOG_DIR!, 'refused.log'), `${name}:${password}\n`);
    return false;
  });
});
