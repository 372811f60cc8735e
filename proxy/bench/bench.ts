/**
 * Requests per second and CPU time per request of the reference proxy beside nginx, http-proxy-3 and
 * @fastify/http-proxy. Each pair runs right after another, so that a noisy machine disturbs both, and the medians of the
 * ratios count. `npm run bench -- --help` lists the options. Needs nginx, wrk and /proc (Linux).
 */
import { parseArgs } from 'node:util';
import { type Contender, Contenders } from './contenders.ts';
import { type Measured, measure, median } from './measure.ts';
import { type Rival, type Row, rows } from './rows.ts';

const HELP = `npm run bench -- [options]
  --only TEXT     only rows whose name has TEXT in it (may be given more than once)
  --pairs N       pairs for each comparison (5)
  --seconds N     length of one measurement (4)
  --quick         one pair of two seconds
rows: ${rows.map(({ name }) => name).join(' · ')}
`;

interface Compared {
  readonly rival: Rival;
  readonly own: Measured;
  readonly theirs: Measured;
  readonly ratio: number;
  readonly cpuRatio: number;
}

/** Throws when an option is unknown, or no row is left. */
function options(): { chosen: readonly Row[]; pairs: number; seconds: number; help: boolean } {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, quick, help } = values;
  const chosen = rows.filter(({ name }) => only === undefined || only.some((text) => name.includes(text)));
  if (chosen.length === 0) throw new Error(`no row has "${only?.join('" or "')}" in its name`);
  const pairs = count('pairs', values.pairs ?? (quick ? '1' : '5'));
  return { chosen, pairs, seconds: count('seconds', values.seconds ?? (quick ? '2' : '4')), help };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} takes a number from 1 on, not "${text}"`);
  return Number(text);
}

async function compare(row: Row, ours: Contender, other: Contender, pairs: number, seconds: number): Promise<Compared> {
  const own: Measured[] = [];
  const theirs: Measured[] = [];
  const once = ({ ports, pid }: Contender): Promise<Measured> =>
    measure(`http://127.0.0.1:${ports[row.site]}${row.uri}`, pid, seconds);
  await warm(() => once(other));
  await warm(() => once(ours));
  for (let i = 0; i < pairs; i++) {
    theirs.push(await once(other));
    own.push(await once(ours));
  }
  const middle = (list: readonly Measured[]): Measured => ({
    perSecond: median(list.map(({ perSecond }) => perSecond)),
    cpu: median(list.map(({ cpu }) => cpu)),
  });
  return {
    rival: other.name as Rival,
    own: middle(own),
    theirs: middle(theirs),
    ratio: median(own.map(({ perSecond }, i) => perSecond / theirs[i]!.perSecond)),
    cpuRatio: median(own.map(({ cpu }, i) => cpu / theirs[i]!.cpu)),
  };
}

/** Most runs before the first that counts. */
const MOST_WARMING = 8;

/** Caches fill and code is compiled until a request no longer takes a tenth less CPU time than in the run before. */
async function warm(once: () => Promise<Measured>): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i < MOST_WARMING; i++) {
    const { cpu } = await once();
    if (cpu > before * 0.9) return;
    before = cpu;
  }
}

const columns = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : i === 1 ? cell.padEnd(20) : cell.padStart(11))).join('');

function line(row: Row, { rival, own, theirs, ratio, cpuRatio }: Compared): string {
  const speed = (one: Measured): string => `${one.perSecond.toFixed(0)}/s`;
  const cpu = (one: Measured): string => `${one.cpu.toFixed(1)} us`;
  const numbers = [speed(own), speed(theirs), ratio.toFixed(2), cpu(own), cpu(theirs), cpuRatio.toFixed(2)];
  return columns([row.name, rival, ...numbers]);
}

/** What was wanted of a row, and whether it is so. */
function verdicts(row: Row, compared: readonly Compared[]): string[] {
  const verdict = (least: number, ratio: number, whose: string): string =>
    `  ${ratio >= least ? 'met    ' : 'not met'}  ${row.name}: ${ratio.toFixed(2)} of ${whose}, wanted ${least}`;
  const said: string[] = [];
  const nginx = compared.find(({ rival }) => rival === 'nginx');
  if (row.ofNginx !== undefined && nginx !== undefined) said.push(verdict(row.ofNginx, nginx.ratio, 'nginx'));
  const others = compared.filter(({ rival }) => rival !== 'nginx');
  if (row.ofOthers !== undefined && others.length > 0) {
    const closest = others.reduce((one, other) => (other.ratio < one.ratio ? other : one));
    said.push(verdict(row.ofOthers, closest.ratio, closest.rival));
  }
  return said;
}

async function main(): Promise<void> {
  const { chosen, pairs, seconds, help } = options();
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const contenders = new Contenders();
  try {
    await contenders.begin();
    const ours = await contenders.ours();
    const rivals = new Map<Rival, Contender>();
    for (const name of new Set(chosen.flatMap((row) => row.rivals))) rivals.set(name, await contenders.rival(name));
    console.log(columns(['', 'beside', 'ours', 'theirs', 'ratio', 'CPU ours', 'CPU theirs', 'CPU ratio']));
    const goals: string[] = [];
    for (const row of chosen) {
      const compared: Compared[] = [];
      for (const rival of row.rivals) {
        compared.push(await compare(row, ours, rivals.get(rival)!, pairs, seconds));
        console.log(line(row, compared.at(-1)!));
      }
      goals.push(...verdicts(row, compared));
    }
    console.log(
      `\nmedians of ${pairs} × ${seconds} s a side, 64 connections; CPU time is for one request\n${goals.join('\n')}`,
    );
  } finally {
    await contenders.stop();
  }
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
