import { appendFileSync } from 'node:fs';
import type { Tracing } from '../http/engine.ts';
import { Traces } from '../http/trace/traced-phases.ts';

/** Bytes after which a process writes no more: traces are for looking at single requests. */
const most = 32 * 1024 * 1024;

/** Writes the trace of each request behind what is in the file, as a line of JSON, soon after the request is over. */
export function tracesTo(file: string): Tracing {
  let lines = '';
  let left = most;
  const write = (): void => {
    // Texts of the proxy are bytes, a character each; JSON itself is ASCII.
    const bytes = Buffer.from(lines, 'latin1');
    lines = '';
    left -= bytes.length;
    try {
      appendFileSync(file, bytes);
    } catch {
      // A full disk or a folder that is gone: the server has more important things to do.
      left = 0;
    }
  };
  return (configuration, coreOf) =>
    new Traces(configuration, coreOf, (trace) => {
      if (left <= 0) return;
      if (lines === '') setImmediate(write);
      lines += `${JSON.stringify(trace)}\n`;
    });
}
