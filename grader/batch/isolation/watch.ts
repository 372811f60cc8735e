import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { treeLimits } from './limits.ts';

/** What the processes of a submission use together. */
interface Use {
  readonly processes: readonly number[];
  /** Bytes. */
  readonly memory: number;
  /** Seconds. */
  readonly processor: number;
}

/** ms between two looks. */
const interval = 50;

/** Seconds of processor time after which a submission has to stand back behind others. */
const politeSeconds = 3;

/** Ticks of the times in /proc, per second: the same on every Linux, proc(5). */
const ticks = 100;
const pageBytes = 4096;

/**
 * Looks after what a submission uses, in a worker whose /proc shows nothing but itself and what it started. What goes
 * beyond a limit is killed, all of it.
 */
export class Watch {
  readonly #timer: NodeJS.Timeout;
  #stopped: string | undefined;
  /** Seconds of processor time of servers that have ended, and what was seen last. */
  #past = 0;
  #last = 0;

  constructor() {
    this.#timer = setInterval(() => this.#look(), interval);
  }

  /** Why the submission was stopped, if it was. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = look();
    // A server that was started again begins at nothing.
    if (now.processor < this.#last) this.#past += this.#last;
    this.#last = now.processor;
    const use = { ...now, processor: this.#past + now.processor };
    const excess = excessOf(use);
    if (excess !== undefined) {
      this.#stopped ??= `it was stopped: ${excess}`;
      for (const process of use.processes) attempt(() => globalThis.process.kill(process, 'SIGKILL'));
    } else if (use.processor > politeSeconds) {
      for (const process of use.processes) attempt(() => setPriority(process, constants.priority.PRIORITY_LOW));
    }
  }
}

function excessOf({ memory, processor }: Use): string | undefined {
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  if (memory > treeLimits.memory) return `it used more than ${mebibytes(treeLimits.memory)} of memory`;
  if (processor > treeLimits.processor) return `it used more than ${treeLimits.processor} s of processor time`;
  const disk = statfsSync(tmpdir());
  if ((disk.blocks - disk.bfree) * disk.bsize > treeLimits.disk)
    return `it wrote more than ${mebibytes(treeLimits.disk)} to the disk`;
  if (disk.files - disk.ffree > treeLimits.files) return `it made more than ${treeLimits.files} files`;
  return undefined;
}

/** All processes but this one and the first, which is bubblewrap's and collects the dead. */
function look(): Use {
  const own = String(process.pid);
  const processes: number[] = [];
  let memory = 0;
  let processor = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || name === '1') continue;
    const facts = statOf(name);
    if (facts === undefined) continue;
    processor += (name === own ? 0 : facts.own) + facts.children;
    if (name === own) continue;
    memory += facts.memory;
    processes.push(Number(name));
  }
  return { processes, memory, processor };
}

/** Fields of /proc/PID/stat, proc(5): user and system time in 14 and 15, of children in 16 and 17, resident pages in 24. */
function statOf(name: string): { own: number; children: number; memory: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${name}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name of the program stands in brackets, and may have brackets in it.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const field = (number: number) => fields[number - 3]!;
  return {
    own: (field(14) + field(15)) / ticks,
    children: (field(16) + field(17)) / ticks,
    memory: field(24) * pageBytes,
  };
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // It has ended by now.
  }
}
