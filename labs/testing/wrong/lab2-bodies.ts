// fails: lab2.methods-and-bodies
// ways: none-above-64k, first-64k, in-latin1
import { type Asked, pass, serve } from '../gateway.ts';

const limit = 64 * 1024;
const changes: Readonly<Record<string, (asked: Asked) => Partial<Asked>>> = {
  'none-above-64k': ({ body }) => (body.length > limit ? { body: Buffer.alloc(0) } : {}),
  'first-64k': ({ body }) => ({ body: body.subarray(0, limit) }),
  'in-latin1': ({ body }) => ({ body: Buffer.from(body.toString('latin1'), 'utf8') }),
};

serve((asked) => pass(process.env.CATALOG, asked, changes[process.argv[2]!]!(asked)));
