import type { Lab, RequestOptions, Response } from '../lab.ts';
import { eventually } from '../probe/timing.ts';
import { newSeed } from '../random.ts';
import type { OpenTarget } from '../target/index.ts';
import type { RequestTrace } from '../trace.ts';
import { onInterrupt } from './interrupt.ts';
import { findLab } from './labs.ts';
import { print, wantsColour } from './output.ts';
import { type Chosen, chooseTargets } from './target.ts';
import { exitCodes, UsageError } from './usage.ts';

export interface ExplainOptions {
  readonly config?: string;
  readonly solution?: boolean;
  readonly header?: readonly string[];
  /** Bytes of the body, as it was typed. */
  readonly body?: string;
  readonly https?: boolean;
  readonly json?: boolean;
}

/** ms for the trace of a request that has been answered to be written. */
const patience = 5_000;

/** `explain LAB [METHOD] PATH`: runs the student's configuration, asks it once, and shows what became of the request. */
export async function explain(word: string, request: readonly string[], options: ExplainOptions): Promise<number> {
  const entry = findLab(word);
  const { path, request: asked } = readRequest(request, options);
  const [chosen] = await chooseTargets(entry, options);
  const interrupt = onInterrupt();
  try {
    const { default: lab } = await entry.load();
    return await run(chosen!, lab, interrupt.signal);
  } finally {
    interrupt.release();
  }

  async function run({ spec, facts }: Chosen, lab: Lab, signal: AbortSignal): Promise<number> {
    const { openTarget } = await import('../target/index.ts');
    const target = await openTarget(spec, lab, newSeed(), signal, { trace: true });
    try {
      for (const { file, line, severity, text } of target.startup.messages)
        process.stderr.write(`${file === undefined ? '' : `${file}:${line ?? 1} `}[${severity}] ${text}\n`);
      if (!target.startup.ok) return exitCodes.failed;
      const { answer, trace } = await ask(target, path, asked, signal);
      const { status, headers, body } = answer;
      if (options.json) {
        const received = { status, headers, bytes: body.length };
        const lab = entry.folder;
        await print(`${JSON.stringify({ ...trace, lab, location: facts.location, answer: received }, null, 2)}\n`);
        return exitCodes.passed;
      }
      const { traceText } = await import('../reporters/trace.ts');
      const { createPaint, harmless, wrap } = await import('../reporters/text.ts');
      const look = { colour: wantsColour(process.stdout), width: process.stdout.columns ?? 80 };
      const paint = createPaint(look.colour);
      const host = asked.host === null ? 'no Host' : `Host: ${asked.host ?? 'catalog.test'}`;
      const heading = `${asked.method} ${path}   ${host}   port ${asked.https ? 443 : 80}`;
      const about = wrap(`the configuration ${facts.location} on the reference proxy`, Math.min(look.width, 100) - 2);
      await print(
        `\n  ${paint.bold(harmless(heading))}\n${about.map((line) => `  ${paint.dim(line)}`).join('\n')}\n\n${traceText(trace, look)}\n`,
      );
      return exitCodes.passed;
    } finally {
      await target.close();
    }
  }
}

/** Sends the request, and waits for its trace. Throws where the server gave no answer and left no trace. */
async function ask(
  target: OpenTarget,
  path: string,
  request: RequestOptions,
  signal: AbortSignal,
): Promise<{ answer: Response; trace: RequestTrace }> {
  const read = async (): Promise<readonly RequestTrace[]> => (await target.traces?.()) ?? [];
  const before = (await read()).length;
  const answer = await target.client.request(path, request);
  // Where nothing came at all, most likely nobody was there.
  const limit = answer.status > 0 ? patience : patience / 10;
  const traces = await eventually(read, (found) => found.length > before, limit, signal);
  const trace = traces[before];
  if (trace !== undefined) return { answer, trace };
  const port = request.https ? 443 : 80;
  throw new UsageError(
    `no server of this configuration took the request on port ${port}: ${answer.failure ?? 'no trace'}`,
  );
}

/** `GET /path`, or a path alone; headers as curl takes them. */
function readRequest(
  words: readonly string[],
  { header = [], body, https = false }: ExplainOptions,
): { path: string; request: RequestOptions & { readonly method: string } } {
  const [first = '', second, ...more] = words;
  const [method, path] = second === undefined ? [body === undefined ? 'GET' : 'POST', first] : [first, second];
  const example = 'explain lab4 -- GET /poster/x.jpg';
  if (more.length > 0) throw new UsageError(`One method and one path: ${example}`);
  if (!/^[A-Za-z]+$/.test(method)) throw new UsageError(`"${method}" is no method like GET or POST: ${example}`);
  if (!/^(?:\/|\*$)/.test(path) || /[\r\n ]/.test(path))
    throw new UsageError(`"${path}" is no path: one begins with a slash and has no spaces, as in ${example}`);
  if (body !== undefined && !/^\d{1,8}$/.test(body))
    throw new UsageError(`--body: "${body}" is not a number of bytes (at most 8 digits)`);
  let host: string | null | undefined;
  const headers: Record<string, string> = {};
  for (const line of header) {
    const [, name = '', value = ''] = /^([^:\s]+)[:;][ \t]*(.*)$/.exec(line) ?? [];
    if (name === '' || /[\r\n]/.test(value)) throw new UsageError(`-H: "${line}" is not like 'Name: value'`);
    if (name.toLowerCase() === 'host') host = value === '' ? null : value;
    else headers[name] = value;
  }
  const length = Number(body ?? 0);
  return {
    path,
    request: {
      method,
      headers,
      https,
      verify: false,
      ...(host !== undefined && { host }),
      ...(body !== undefined && { body: 'x'.repeat(length) }),
    },
  };
}
