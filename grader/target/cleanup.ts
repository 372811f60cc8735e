/** What must not outlive this program: servers and temporary folders. Each is a function that works at once, without waiting. */
const duties = new Set<() => void>();

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has `duty` done when this program ends, by signal or otherwise. The returned function takes it back.
 * The only state of its own that this folder keeps: a process has one exit and one set of signal handlers.
 */
export function onExit(duty: () => void): () => void {
  if (duties.size === 0) {
    process.on('exit', doDuties);
    for (const signal of signals) process.on(signal, endBySignal);
  }
  duties.add(duty);
  return () => {
    if (!duties.delete(duty) || duties.size > 0) return;
    stopListening();
  };
}

function stopListening(): void {
  process.off('exit', doDuties);
  for (const signal of signals) process.off(signal, endBySignal);
}

function doDuties(): void {
  for (const duty of duties) {
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
