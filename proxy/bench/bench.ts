/**
 * What the reference proxy does beside nginx and beside servers from npm, with the same configuration and the same load:
 * requests per second, CPU time for each, memory, p99. Medians of the ratios of pairs count. `npm run bench -- --help`
 * lists the options. Needs nginx, wrk, h2load, openssl and /proc (Linux).
 */
import { parseArgs } from 'node:util';
import { type Compared, compare, type Effort } from './compare.ts';
import { type Contender, Contenders } from './contenders.ts';
import { families } from './families/index.ts';
import type { Family, Rival, Row } from './family.ts';
import { HEADING, line, verdicts } from './table.ts';

const names = families.flatMap(({ rows }) => rows.map(({ name }) => name));
const HELP = `npm run bench -- [options]
  --only TEXT     only rows whose name has TEXT in it (may be given more than once)
  --beside NAME   only beside this server (may be given more than once)
  --pairs N       pairs for each comparison (5)
  --seconds N     length of one measurement (3)
  --quick         one pair of one second, hardly warmed up: to see that it works
rows: ${names.join(' · ')}
`;

interface Options extends Effort {
  readonly chosen: readonly Family[];
  readonly beside: readonly string[] | undefined;
  readonly help: boolean;
}

/** Throws when an option is unknown, or no row is left. */
function options(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      beside: { type: 'string', multiple: true },
      pairs: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, beside, quick, help } = values;
  const chosen = families
    .map((family) => ({
      ...family,
      rows: family.rows.filter(({ name }) => only === undefined || only.some((text) => name.includes(text))),
    }))
    .filter(({ rows }) => rows.length > 0);
  if (chosen.length === 0) throw new Error(`no row has "${only?.join('" or "')}" in its name`);
  const pairs = count('pairs', values.pairs ?? (quick ? '1' : '5'));
  const seconds = count('seconds', values.seconds ?? (quick ? '1' : '3'));
  return { chosen, beside, pairs, seconds, warming: quick ? 1 : 6, help };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} takes a number from 1 on, not "${text}"`);
  return Number(text);
}

/** Measures the rows of one family, and says what came of its goals. */
async function measureFamily(family: Family, contenders: Contenders, chosen: Options): Promise<string[]> {
  const running = new Map<string, Contender>();
  const started = async (name: Rival | 'ours'): Promise<Contender> => {
    const known = running.get(name) ?? (await contenders.start(name, family));
    running.set(name, known);
    return known;
  };
  const stopAll = async (): Promise<void> => {
    for (const one of running.values()) await one.stop();
    running.clear();
  };
  const goals: string[] = [];
  for (const row of family.rows) {
    if (row.start === 'cold') await stopAll();
    goals.push(...verdicts(row, await measureRow(row, started, chosen)));
  }
  await stopAll();
  return goals;
}

async function measureRow(
  row: Row,
  started: (name: Rival | 'ours') => Promise<Contender>,
  effort: Options,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const rival of row.rivals) {
    if (effort.beside !== undefined && !effort.beside.includes(rival)) continue;
    compared.push(await compare(row, await started('ours'), await started(rival), effort));
    console.log(line(row, compared.at(-1)!));
  }
  return compared;
}

async function main(): Promise<void> {
  const chosen = options();
  if (chosen.help) {
    process.stdout.write(HELP);
    return;
  }
  const contenders = new Contenders();
  try {
    await contenders.begin();
    console.log(HEADING);
    const goals: string[] = [];
    for (const family of chosen.chosen) goals.push(...(await measureFamily(family, contenders, chosen)));
    console.log(
      `\nmedians of ${chosen.pairs} × ${chosen.seconds} s a side, 64 connections; CPU time is for one request`,
    );
    console.log(goals.join('\n'));
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
