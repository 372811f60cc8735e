import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gradeClass } from './batch/class/grade-class.ts';
import { createPool, findIsolation, type Isolation } from './batch/isolation/index.ts';
import { findLab } from './commands/labs.ts';
import { solutionFolder, workbookRoot } from './workspace/index.ts';

/**
 * What a class costs: submissions a second, processor time for each (the servers' included; Linux only), and the most memory that
 * grader and workers had. Once for a small class and once for a large one, which should cost the same for each submission.
 * `--submissions` (50 and 200), `--lab` (lab3), `--parallel` (processors), `--mixed` with typical mistakes among them,
 * `--no-isolation` with workers that are processes like any other: the difference is what shutting them in costs.
 */
const { values } = parseArgs({
  options: {
    submissions: { type: 'string', multiple: true, default: ['50', '200'] },
    lab: { type: 'string', default: 'lab3' },
    parallel: { type: 'string', default: String(availableParallelism()) },
    engine: { type: 'string', default: 'reference' },
    mixed: { type: 'boolean', default: false },
    'no-isolation': { type: 'boolean', default: false },
  },
});
const { folder } = findLab(values.lab);
const solution = path.join(solutionFolder(folder), 'conf.d/default.conf');
const wrong = path.join(solutionFolder(folder), 'wrong');
// Most students leave `fail_timeout` as it is, which is another check than that of the solution.
const plain = path.join(workbookRoot, 'labs/testing/right/lab3-plain.conf');
const sources = [
  solution,
  ...(folder === 'lab3-upstream' ? [plain] : []),
  ...(values.mixed ? readdirSync(wrong).map((file) => path.join(wrong, file)) : []),
];

const isolation: Isolation = values['no-isolation']
  ? { kind: 'none', reason: 'it was not asked for' }
  : await findIsolation();

console.log(
  `${folder} on ${values.engine}, ${values.parallel} at a time, ${isolation.kind === 'none' ? `not shut in: ${isolation.reason}` : 'shut in'}`,
);
console.log('submissions   seconds   a second   CPU ms each   of it the grader   grader MB   workers MB');
for (const size of values.submissions) await measure(Number(size));

async function measure(size: number): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'bench-grade-'));
  for (let at = 0; at < size; at++) {
    const place = path.join(root, 'in', `student${at}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, 'default.conf'), `${readFileSync(sources[at % sources.length]!, 'utf8')}# ${at}\n`);
  }
  const parallel = Number(values.parallel);
  const pool = createPool({ size: parallel, isolation, trust: true });
  const memory = { grader: 0, workers: 0 };
  const processor = new Map<string | number, number>();
  const own = processorTime(process.pid);
  const began = performance.now();
  const { graded } = await gradeClass({
    place: path.join(root, 'in'),
    out: path.join(root, 'out'),
    queue: { ...pool, size: parallel },
    settings: {
      engine: values.engine === 'nginx' ? 'nginx' : 'reference',
      policy: 'best',
      deadlines: { byLab: {} },
      penalty: { share: 0, unit: null, most: 1, grace: 0 },
    },
    versions: { workbook: 'bench' },
    newSeed: () => 1,
    regrade: false,
    defaultLab: folder,
    trust: true,
    signal: new AbortController().signal,
    onProgress: () => {
      memory.grader = Math.max(memory.grader, process.memoryUsage.rss() / 2 ** 20);
      for (const pid of workers()) {
        memory.workers = Math.max(memory.workers, residentMegabytes(pid));
        processor.set(
          pid,
          [pid, ...descendants(pid)].reduce((sum, one) => sum + processorTime(one), 0),
        );
      }
      processor.set(process.pid, processorTime(process.pid) - own);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  const spent = [...processor.values()].reduce((sum, one) => sum + one, 0) / size;
  const failed = graded.attempts.filter(({ outcome }) => outcome !== 'passed').length;
  if (!values.mixed && failed > 0)
    throw new Error(`${failed} of ${size} solutions did not pass: this is no measurement`);
  const cells = [
    size,
    seconds.toFixed(1),
    (size / seconds).toFixed(2),
    spent.toFixed(0),
    (processor.get(process.pid)! / size).toFixed(0),
    memory.grader.toFixed(0),
    memory.workers.toFixed(0),
  ];
  const widths = [11, 10, 11, 14, 19, 12, 13];
  console.log(cells.map((cell, at) => String(cell).padStart(widths[at]!)).join(''));
  rmSync(root, { recursive: true, force: true });
}

/** ms of processor time of a process and of its children that have ended. Source: proc_pid_stat(5), fields 14 to 17. */
function processorTime(pid: string | number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  } catch {
    // It has ended.
    return 0;
  }
}

/** Worker processes at work now; in between stands what shuts them in. */
function workers(): readonly string[] {
  return descendants(process.pid).filter(isWorker);
}

function descendants(parent: string | number): readonly string[] {
  let children: string[] = [];
  try {
    children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  } catch {
    // It has ended.
  }
  return children.filter((pid) => pid !== '').flatMap((pid) => [pid, ...descendants(pid)]);
}

function isWorker(pid: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0] === process.execPath && words[1]?.endsWith('worker.mjs') === true;
  } catch {
    return false;
  }
}

function residentMegabytes(pid: string): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    // It has ended.
    return 0;
  }
}
