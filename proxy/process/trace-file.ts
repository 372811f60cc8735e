import { appendFileSync } from 'node:fs';
import type { Tracing } from '../http/engine.ts';
import { Traces } from '../http/trace/traced-phases.ts';

/** Writes the trace of each request behind what is in the file, as a line of JSON, soon after the request is over. */
export function tracesTo(file: string): Tracing {
  let lines = '';
  const write = (): void => {
    // Texts of the proxy are bytes, a character each; JSON itself is ASCII.
    appendFileSync(file, Buffer.from(lines, 'latin1'));
    lines = '';
  };
  return (configuration, coreOf) =>
    new Traces(configuration, coreOf, (trace) => {
      if (lines === '') setImmediate(write);
      lines += `${JSON.stringify(trace)}\n`;
    });
}
