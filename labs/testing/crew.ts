import cluster from 'node:cluster';
import { Agent } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Answer, type Asked, file, headerOf, pass, pathOf, serve } from './gateway.ts';

const { CATALOG = '', CATALOG_1 = '', CATALOG_2 = '' } = process.env;

/** ms for which an instance that has failed is left alone. */
const rest = 5_000;

/** What may be wrong with a server for lab 11. */
export interface Mistakes {
  /** Processes that serve. */
  readonly serving?: number;
  /** Nobody is started for one that has died. */
  readonly keepsGaps?: boolean;
  readonly asks?: (asked: Asked) => readonly string[];
  /** Each request has a connection of its own. */
  readonly opensEachTime?: boolean;
  /** Failures are forgotten at once. */
  readonly forgets?: boolean;
  /** What goes out for an answer that may be compressed. */
  readonly packs?: (answer: Answer, asked: Asked) => Answer;
}

/** Lab 11 over HTTP alone: two processes that serve and one that looks after them. */
export function crew(mistakes: Mistakes = {}): void {
  if (!cluster.isPrimary) {
    if (cluster.worker!.id <= (mistakes.serving ?? Number.POSITIVE_INFINITY)) work(mistakes);
    else process.on('message', () => {});
    return;
  }
  for (let count = 0; count < 2; count++) cluster.fork();
  let over = false;
  cluster.on('exit', () => over || mistakes.keepsGaps || cluster.fork());
  process.on('SIGTERM', () => {
    over = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker!.process.kill('SIGTERM');
  });
}

let turn = 0;

/** The two by turns, and the spare one behind them; at /whoami the visitor's own. */
export function inTurn(asked: Asked): readonly string[] {
  if (pathOf(asked) !== '/whoami')
    return turn++ % 2 === 0 ? [CATALOG_1, CATALOG_2, CATALOG] : [CATALOG_2, CATALOG_1, CATALOG];
  const visit = /\bvisit=([^;]*)/.exec(headerOf(asked, 'cookie'))?.[1] ?? '';
  return sumOf(visit) % 2 === 0 ? [CATALOG_1, CATALOG_2] : [CATALOG_2, CATALOG_1];
}

export function sumOf(text: string): number {
  return [...text].reduce((total, letter) => total + letter.codePointAt(0)!, 0);
}

/** JSON and text, for who asks for it. */
export function packed(answer: Answer, asked: Asked): Answer {
  const type = headerOf({ ...asked, rawHeaders: answer.rawHeaders ?? [] }, 'content-type');
  const wanted = /(^|,)\s*gzip\s*(?!\s*;\s*q=0)(,|;|$)/.test(headerOf(asked, 'accept-encoding'));
  return wanted && /^(text\/|application\/json)/.test(type) ? packedAnyway(answer) : answer;
}

export function packedAnyway(answer: Answer): Answer {
  const rawHeaders = [...(answer.rawHeaders ?? []), 'Content-Encoding', 'gzip', 'Vary', 'Accept-Encoding'];
  return { ...answer, rawHeaders, body: gzipSync(answer.body ?? '') };
}

function work({ asks = inTurn, opensEachTime = false, forgets = false, packs = packed }: Mistakes): void {
  const agent = new Agent({ keepAlive: !opensEachTime });
  /** Until when an instance is left alone. */
  const resting = new Map<string, number>();
  serve(async (asked) => {
    const path = pathOf(asked);
    if (path.startsWith('/poster/')) return packs(await file('poster', path.slice('/poster/'.length)), asked);
    const now = performance.now();
    const all = asks(asked);
    const awake = all.filter((address) => (resting.get(address) ?? 0) <= now);
    let answer: Answer = { status: 502 };
    for (const address of awake.length > 0 ? awake : all) {
      answer = await pass(address, asked, {}, agent);
      if (answer.failure === undefined) break;
      if (!forgets) resting.set(address, now + rest);
    }
    return packs(answer, asked);
  });
}
