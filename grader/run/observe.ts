import type { Client, RequestOptions, Response } from '../lab.ts';

/** What one objective has seen so far, whether or not it said so in an expectation. */
export interface Observations {
  /** Answers, oldest first; the last `kept` of them. */
  readonly responses: readonly Response[];
  /** Probes that wait for the student's server at this moment. */
  readonly waiting: number;
  /** ms that probes have waited for the student's server, summed over probes that ran one after another. */
  readonly waitedMs: number;
}

const kept = 64;

/**
 * A client that remembers its answers and gives up when `signal` ends, so that a check that takes no notice of its
 * limit can't go on probing beside the next one.
 */
export function observeClient(client: Client, signal: AbortSignal): { client: Client; observations: Observations } {
  const responses: Response[] = [];
  let waiting = 0;
  let waitedMs = 0;
  let since = 0;

  const observe = async <T>(ask: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    if (waiting++ === 0) since = performance.now();
    try {
      return await orAborted(ask(), signal);
    } finally {
      if (--waiting === 0) waitedMs += performance.now() - since;
    }
  };
  const remember = (response: Response): Response => {
    responses.push(response);
    if (responses.length > kept) responses.shift();
    return response;
  };

  return {
    observations: {
      responses,
      get waiting() {
        return waiting;
      },
      get waitedMs() {
        return waiting > 0 ? waitedMs + performance.now() - since : waitedMs;
      },
    },
    client: {
      get: async (path: string, options?: RequestOptions) => remember(await observe(() => client.get(path, options))),
      request: async (path, options) => remember(await observe(() => client.request(path, options))),
      burst: async (paths, options) => {
        const answers = await observe(() => client.burst(paths, options));
        for (const answer of answers.slice(-kept)) remember(answer);
        return answers;
      },
      raw: (bytes, options) => observe(() => client.raw(bytes, options)),
      handshake: (options) => observe(() => client.handshake(options)),
      http2: async (path, options) => remember(await observe(() => client.http2(path, options))),
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
