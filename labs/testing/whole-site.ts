import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Answer,
  type Asked,
  careful,
  file,
  guarded,
  headerOf,
  isListed,
  moved,
  nameOf,
  pass,
  pathOf,
  refusal,
  serve,
  serveSecurely,
} from './gateway.ts';

/** What a log says of one request. */
export interface LogLine {
  readonly request: string;
  readonly status: number;
  /** Seconds. */
  readonly request_time: number;
  readonly upstream_addr: string;
}

/** What a site of lab 13 does, each right but for what a program replaces. */
export interface SiteRules {
  /** What is written down. */
  logged(line: LogLine): unknown;
  /** Instances that get a request, besides the one whose answer counts. */
  copies(asked: Asked, instances: readonly string[]): readonly string[];
}

const { CATALOG_1 = '', CATALOG_2 = '', LOG_DIR = '' } = process.env;

const buckets = new Map<string, { level: number; at: number }>();

function fits({ socket: { remoteAddress = '' } }: Asked): boolean {
  const now = performance.now();
  const { level, at } = buckets.get(remoteAddress) ?? { level: -1, at: now };
  const next = Math.max(0, level - (5 * (now - at)) / 1_000 + 1);
  if (next > 10) return false;
  buckets.set(remoteAddress, { level: next, at: now });
  return true;
}

const kept = new Map<string, { readonly answer: Answer; readonly until: number }>();
let turn = 0;

/** Lab 13 by a program, without what is for extra credit. */
export async function serveWholeSite(changes: Partial<SiteRules> = {}): Promise<void> {
  const rules: SiteRules = { logged: (line) => line, copies: () => [], ...changes };

  /** One instance's answer, or that of the other one; and who gave it. */
  const ask = async (asked: Asked): Promise<readonly [Answer, string]> => {
    const instances = turn++ % 2 === 0 ? [CATALOG_1, CATALOG_2] : [CATALOG_2, CATALOG_1];
    await Promise.all(rules.copies(asked, instances).map((instance) => pass(instance, asked)));
    const answer = await pass(instances[0], asked);
    return answer.failure === 'refused' ? [await pass(instances[1], asked), instances[1]!] : [answer, instances[0]!];
  };

  const list = async (asked: Asked): Promise<readonly [Answer, string]> => {
    const entry = kept.get(asked.target);
    if (entry !== undefined && performance.now() < entry.until) return [entry.answer, ''];
    const [answer, instance] = await ask(asked);
    const isPrivate = (answer.rawHeaders ?? []).some((word) => /^set-cookie$|\b(private|no-store)\b/i.test(word));
    if (answer.status === 200 && !isPrivate) kept.set(asked.target, { answer, until: performance.now() + 5_000 });
    return [answer, instance];
  };

  const films = async (asked: Asked): Promise<readonly [Answer, string]> => {
    const refused = refusal(asked);
    const path = pathOf(asked);
    if (refused !== undefined) return [{ status: refused.status }, ''];
    if (path.startsWith('/poster/')) return [await file('poster', path.slice('/poster/'.length)), ''];
    if (path !== '/discover') return ask(asked);
    if (!fits(asked)) return [{ status: 429 }, ''];
    const goesPast = asked.method !== 'GET' || headerOf(asked, 'authorization') !== '';
    return goesPast ? ask(asked) : list(asked);
  };

  const filmsAndLog = async (asked: Asked): Promise<Answer> => {
    const began = performance.now();
    const [answer, instance] = await films(asked);
    const line = rules.logged({
      request: `${asked.method} ${asked.target}`,
      status: answer.status,
      request_time: (performance.now() - began) / 1_000,
      upstream_addr: instance,
    });
    appendFileSync(join(LOG_DIR, 'access.log'), `${JSON.stringify(line)}\n`);
    return { ...answer, rawHeaders: [...(answer.rawHeaders ?? []), ...careful] };
  };

  serve(moved);
  await serveSecurely((asked) => {
    const name = nameOf(asked);
    if (name === 'catalog.test' || name === 'www.catalog.test') return filmsAndLog(asked);
    if (name === 'backoffice.test') return guarded(asked, isListed);
    return name === 'posters.test' ? file('poster', pathOf(asked).slice(1)) : { status: 404 };
  });
}
