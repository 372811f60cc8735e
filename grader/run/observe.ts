import type { Client, RequestOptions, Response } from '../lab.ts';

/** What one objective has seen so far, whether or not it said so in an expectation. */
export interface Observations {
  /** Answers, oldest first; the last `kept` of them. */
  readonly responses: readonly Response[];
  /** Requests that were sent, those without an answer among them; a handshake is none. */
  readonly asked: number;
  /** How many answers of each status came; 0 is no answer. */
  readonly answered: ReadonlyMap<number, number>;
  /** Probes that wait for the student's server at this moment. */
  readonly waiting: number;
  /** ms that probes have waited for the student's server, summed over probes that ran one after another. */
  readonly waitedMs: number;
}

const kept = 64;
/** Bytes of their bodies, all together; the last two are kept in any case. */
const keptBytes = 16 * 1024 * 1024;

/**
 * A client that remembers its answers and gives up when `signal` ends, so that a check that takes no notice of its
 * limit can't go on probing beside the next one.
 */
export function observeClient(client: Client, signal: AbortSignal): { client: Client; observations: Observations } {
  const responses: Response[] = [];
  const answered = new Map<number, number>();
  let asked = 0;
  let waiting = 0;
  let waitedMs = 0;
  let since = 0;

  const observe = async <T>(ask: () => Promise<T>, requests = 1): Promise<T> => {
    signal.throwIfAborted();
    asked += requests;
    if (waiting++ === 0) since = performance.now();
    try {
      return await orAborted(ask(), signal);
    } finally {
      if (--waiting === 0) waitedMs += performance.now() - since;
    }
  };
  const remember = (...answers: readonly Response[]): void => {
    for (const { status } of answers) answered.set(status, (answered.get(status) ?? 0) + 1);
    responses.push(...answers.slice(-kept));
    let size = responses.reduce((sum, { body }) => sum + body.length, 0);
    while (responses.length > kept || (size > keptBytes && responses.length > 2))
      size -= responses.shift()!.body.length;
  };
  const observeOne = async (ask: () => Promise<Response>): Promise<Response> => {
    const response = await observe(ask);
    remember(response);
    return response;
  };

  return {
    observations: {
      responses,
      answered,
      get asked() {
        return asked;
      },
      get waiting() {
        return waiting;
      },
      get waitedMs() {
        return waiting > 0 ? waitedMs + performance.now() - since : waitedMs;
      },
    },
    client: {
      get: (path: string, options?: RequestOptions) => observeOne(() => client.get(path, options)),
      request: (path, options) => observeOne(() => client.request(path, options)),
      burst: async (paths, options) => {
        const answers = await observe(() => client.burst(paths, options), paths.length);
        remember(...answers);
        return answers;
      },
      volley: async (paths, options) => {
        const answers = await observe(() => client.volley(paths, options), paths.length);
        remember(...answers);
        return answers;
      },
      hold: async (path, options) => {
        const held = await observe(() => client.hold(path, options));
        remember(held.response);
        return held;
      },
      converse: async (path, messages, options) => {
        const conversation = await observe(() => client.converse(path, messages, options));
        remember(conversation.response);
        return conversation;
      },
      raw: (bytes, options) => observe(() => client.raw(bytes, options)),
      handshake: (options) => observe(() => client.handshake(options), 0),
      http2: (path, options) => observeOne(() => client.http2(path, options)),
    },
  };
}

/** The promise, or the signal's reason as soon as it ends. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) {
      promise.catch(() => {});
      return stop();
    }
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
