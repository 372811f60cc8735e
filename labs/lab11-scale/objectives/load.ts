import { pause, type RequestOptions, type Response, type Trial } from '../../../grader/index.ts';

/** Visitors that ask one page after the other until they are told to stop. */
export interface Load {
  /** Requests that have been answered so far, or lost. */
  readonly count: number;
  /** Has everybody finish what he has begun; all answers. */
  end(): Promise<readonly Response[]>;
}

/** Half of the visitors keep their connections, the others open one for each request. */
export function startLoad(trial: Trial, visitors = 8): Load {
  const answers: Response[] = [];
  let goesOn = true;
  const ask = (options: RequestOptions) =>
    trial.client.get(`/status?${trial.random.word(10)}`, { ...options, timeLimit: 10_000 });
  const visit = async (one: number) => {
    const kept = one % 2 === 0 ? { connection: `visitor ${one}` } : {};
    while (goesOn && !trial.signal.aborted) {
      let answer = await ask(kept);
      // A server may close a kept connection at the moment when somebody asks over it; every client then asks anew
      // (RFC 9112, section 9.3.1). On a new connection there is no such excuse.
      if ('connection' in kept && /closed without an answer|reset/.test(answer.failure ?? '')) answer = await ask(kept);
      answers.push(answer);
      await pause(5, trial.signal);
    }
  };
  const all = Promise.all(Array.from({ length: visitors }, (_, one) => visit(one)));
  return {
    get count() {
      return answers.length;
    },
    async end() {
      goesOn = false;
      await all;
      return answers;
    },
  };
}

/** That each request got its answer. A connection that was closed while nothing was asked over it costs nobody anything. */
export function expectNoneLost({ expect }: Trial, answers: readonly Response[], when: string): void {
  const lost = answers.filter(({ status }) => status !== 200);
  expect(
    lost.length === 0,
    `${answers.length} requests, and ${answers.length} answers with status 200, ${when}`,
    `${lost.length} got ${lost[0]?.status ? `status ${lost[0].status}` : (lost[0]?.failure ?? 'none')}`,
    lost.slice(0, 1),
  );
}
