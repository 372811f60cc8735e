import { appendFileSync } from 'node:fs';
import type { Tracing } from '../http/engine.ts';
import { Traces } from '../http/trace/traced-phases.ts';

/** Writes the trace of each request behind what is in the file, as a line of JSON, once the request is over. */
export function tracesTo(file: string): Tracing {
  return (configuration, coreOf) =>
    new Traces(configuration, coreOf, (trace) => {
      // Texts of the proxy are bytes, a character each; JSON itself is ASCII.
      appendFileSync(file, Buffer.from(`${JSON.stringify(trace)}\n`, 'latin1'));
    });
}
