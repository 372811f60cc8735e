import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Whether this system shows its processes as files. Source: proc(5). */
export const showsProcesses: boolean = process.platform === 'linux';

/** What may stand between the grader and a server: a shell, and what shuts it in. */
const wrappers = new Set(['sh', 'bash', 'dash', 'bwrap']);

/**
 * The processes that one process has started, and those have started in turn, as far as they have none below them: masters and
 * shells lead, workers work. With each, how many connections it holds that came in at one of the ports.
 */
export function workersBelow(first: number, ports: readonly number[]): ReadonlyMap<number, number> {
  const children = childrenOf();
  const taken = takenConnections(first, ports);
  const found = new Map<number, number>();
  const look = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      if (children.has(child.pid)) look(child.pid);
      else found.set(child.pid, socketsOf(child.pid).filter((socket) => taken.has(socket)).length);
    }
  };
  look(first);
  return found;
}

/** The server's first process: `first`, or the one behind the shells and sandboxes that it was started by. */
export function serverBehind(first: number): number {
  const children = childrenOf();
  const names = new Map([...children.values()].flat().map(({ pid, name }) => [pid, name]));
  for (let pid = first; ; ) {
    const [child] = children.get(pid) ?? [];
    if (child === undefined || !wrappers.has(names.get(pid) ?? '')) return pid;
    pid = child.pid;
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
}

/** The running processes by the one that each was started by. */
function childrenOf(): ReadonlyMap<number, readonly Process[]> {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  return Map.groupBy(all, ({ parent }) => parent);
}

function statOf(pid: number): Process | undefined {
  const text = readNow(`/proc/${pid}/stat`);
  // The name stands in parentheses and may hold anything.
  const end = text.lastIndexOf(')');
  const [state, parent] = text.slice(end + 2).split(' ');
  // One that has ended and wasn't asked for its end does no more work.
  if (text === '' || state === 'Z') return undefined;
  return { pid, parent: Number(parent), name: text.slice(text.indexOf('(') + 1, end) };
}

/** Connections that are open and came in at one of the ports, as `socketsOf` names them. */
function takenConnections(pid: number, ports: readonly number[]): ReadonlySet<string> {
  const rows = ['tcp', 'tcp6'].flatMap((kind) => readNow(`/proc/${pid}/net/${kind}`).split('\n').slice(1));
  const open = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === ESTABLISHED && ports.includes(Number.parseInt(local.slice(-4), 16)));
  return new Set(open.map((fields) => `socket:[${fields[9]}]`));
}

const ESTABLISHED = '01';

function socketsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** What a file says of a process; nothing when that has just ended. */
function readNow(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
