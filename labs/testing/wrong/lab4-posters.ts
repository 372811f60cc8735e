// fails: lab4.posters
// ways: from-startup, first-16k, as-text, in-utf8
// Posters that are not the file, or not any more.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, file, serve, site } from '../gateway.ts';

const folder = process.env.POSTER_DIR!;
const kept = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
const ways: Readonly<Record<string, (answer: Answer, name: string) => Answer>> = {
  'from-startup': (answer, name) => (kept.has(name) ? { ...answer, body: kept.get(name)! } : { status: 404 }),
  'first-16k': (answer) => ({ ...answer, body: Buffer.from(answer.body as Buffer).subarray(0, 16_384) }),
  'as-text': (answer) => ({ ...answer, rawHeaders: ['Content-Type', 'text/plain'] }),
  'in-utf8': (answer) => ({ ...answer, body: String(answer.body) }),
};

serve((asked) => site(asked, async (name) => ways[process.argv[2]!]!(await file('poster', name), name)));
