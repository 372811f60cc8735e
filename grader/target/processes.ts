import { readdirSync, readFileSync } from 'node:fs';

/** Whether this system shows its processes as files. */
export const showsProcesses: boolean = process.platform === 'linux';

/**
 * The processes that one process has started, and those have started in turn, with the processor time that each has used
 * (clock ticks). Source: proc(5).
 */
export function descendants(first: number): ReadonlyMap<number, number> {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const facts = statOf(Number(name));
      return facts === undefined ? [] : [facts];
    });
  const found = new Map<number, number>();
  const known = new Set([first]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent, ticks } of all) {
      if (known.has(pid) || !known.has(parent)) continue;
      known.add(pid);
      found.set(pid, ticks);
      grown = true;
    }
  }
  return found;
}

function statOf(pid: number): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // One that has ended and wasn't asked for its end does no more work.
    if (fields[0] === 'Z') return undefined;
    return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}
