/**
 * Asks nginx and the reference proxy the same until they differ: what they read in the bytes of a client, and what they
 * say of a configuration. What differs is made as small as it gets and printed, with the seed that leads to it.
 * `npm run fuzz -- --help` lists the options. Needs nginx.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import fc from 'fast-check';
import { sayOfConfiguration } from '../same-words.ts';
import { TwoReaders } from '../two-readers.ts';
import { configurations } from './configurations.ts';
import { requests } from './requests.ts';

const HELP = `npm run fuzz -- [options]
  --only NAME     requests or configurations (both, half of the time each)
  --seconds N     how long in all (600)
  --seed N        where to begin (a number of the moment)
`;

interface Subject {
  readonly name: string;
  readonly inputs: fc.Arbitrary<string>;
  /** What both make of an input. */
  ask(input: string): Promise<{ theirs: unknown; ours: unknown }>;
  stop(): Promise<void>;
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  async requests() {
    const readers = await TwoReaders.start();
    return { name: 'requests', inputs: requests, ask: (bytes) => readers.read(bytes), stop: () => readers.stop() };
  },
  async configurations() {
    const folder = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
    return {
      name: 'configurations',
      inputs: await configurations(),
      async ask(text) {
        const [theirs, ours] = sayOfConfiguration(text, folder);
        // nginx asks the name servers of the machine before it starts, we while we run.
        if (theirs.some((line) => line.includes('host not found in'))) return { theirs: [], ours: [] };
        // Our tables grow by themselves.
        if (theirs.some((line) => line.includes('could not build'))) return { theirs: [], ours: [] };
        // Without a server nginx never compiles what it merges into servers.
        if (
          !/\bserver\b/.test(text) &&
          theirs.length === 0 &&
          /unknown "\w+" variable$|invalid variable name/.test(ours[0] ?? '')
        ) {
          return { theirs: [], ours: [] };
        }
        return { theirs: theirs.filter(isOfTheText).map(plain), ours: ours.filter(isOfTheText).map(plain) };
      },
      async stop() {
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

/** `nginx -t` also opens logs; that we do it is tested elsewhere. */
const isOfTheText = (line: string): boolean => !/^\[emerg\] (?:open|mkdir)\(\)/.test(line);

/** What is wrong with a pattern, and where in it, is for the makers of the two languages of patterns to say. */
const plain = (line: string): string =>
  line.replace(/pcre2_compile\(\) failed: .*(?= in \S+:\d+$)/s, 'pcre2_compile() failed');

/** Runs until the time is over; returns how many differences it found. */
async function fuzz(subject: Subject, seconds: number, firstSeed: number): Promise<number> {
  const end = Date.now() + seconds * 1000;
  let asked = 0;
  let differences = 0;
  const same = async (input: string): Promise<boolean> => {
    asked++;
    const { theirs, ours } = await subject.ask(input);
    return isDeepStrictEqual(ours, theirs);
  };
  const before = megabytes();
  for (let seed = firstSeed; Date.now() < end; seed++) {
    const found = await fc.check(fc.asyncProperty(subject.inputs, same), {
      seed,
      numRuns: 20_000,
      interruptAfterTimeLimit: end - Date.now(),
    });
    if (!found.failed || found.counterexample === null) continue;
    const [input] = found.counterexample;
    // What doesn't happen again was the machine's doing.
    if (await same(input)) continue;
    differences++;
    const { theirs, ours } = await subject.ask(input);
    console.log(`\n${subject.name}, --seed ${seed}: ${JSON.stringify(input)}`);
    console.log(`  nginx      ${JSON.stringify(theirs)}\n  reference  ${JSON.stringify(ours)}`);
  }
  console.log(`\n${subject.name}: ${asked} asked, ${differences} different, memory ${before} → ${megabytes()} MB`);
  return differences;
}

const megabytes = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);

function number(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a number, not "${text}"`);
  return Number(text);
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  const chosen = Object.entries(subjects).filter(([name]) => values.only === undefined || name === values.only);
  if (chosen.length === 0) throw new Error(`--only takes ${Object.keys(subjects).join(' or ')}, not "${values.only}"`);
  let differences = 0;
  for (const [, start] of chosen) {
    const subject = await start();
    const seconds = number('seconds', values.seconds) / chosen.length;
    differences += await fuzz(subject, seconds, number('seed', values.seed)).finally(() => subject.stop());
  }
  process.exitCode = differences === 0 ? 0 : 1;
}
