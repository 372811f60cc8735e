import { startGuard } from './guard.ts';

/** What would be left behind, for the guard: it works when this program can't any more. */
export interface Left {
  /** A process group; undefined when it never started. */
  readonly group?: number | undefined;
  readonly folder?: string;
}

/** What must not outlive this program: servers and temporary folders. Each is a function that works at once, without waiting. */
const duties = new Map<() => void, Left>();
let guard: ReturnType<typeof startGuard>;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has `duty` done when this program ends, by signal or otherwise, and has what it `left` removed even when the program
 * is killed. The returned function takes it back. `known` is called once the guard can be relied on.
 * The only state of its own that this folder keeps: a process has one exit and one set of signal handlers.
 */
export function onExit(duty: () => void, left: Left = {}, known: () => void = () => {}): () => void {
  if (duties.size === 0) {
    process.on('exit', doDuties);
    for (const signal of signals) process.on(signal, endBySignal);
  }
  duties.set(duty, left);
  tellGuard(known);
  return () => {
    if (!duties.delete(duty)) return;
    tellGuard();
    if (duties.size === 0) stopListening();
  };
}

function tellGuard(known: () => void = () => {}): void {
  const all = [...duties.values()];
  const groups = all.flatMap(({ group }) => group ?? []);
  const folders = all.flatMap(({ folder }) => folder ?? []);
  if (groups.length + folders.length > 0) guard ??= startGuard();
  if (guard === undefined) known();
  else guard.watch(groups, folders, known);
}

function stopListening(): void {
  process.off('exit', doDuties);
  for (const signal of signals) process.off(signal, endBySignal);
}

function doDuties(): void {
  for (const duty of duties.keys()) {
    try {
      duty();
    } catch {
      // One that fails must not keep the others from being done.
    }
  }
  duties.clear();
}

/** Cleans up, then lets the signal do what it would have done, unless somebody else handles it too. */
function endBySignal(signal: NodeJS.Signals): void {
  doDuties();
  stopListening();
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
