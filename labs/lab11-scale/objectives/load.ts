import { eventually, pause, type RequestOptions, type Response, type Trial } from '../../../grader/index.ts';

/** One request of a visitor, and what became of it. */
interface Visit {
  /** When he began to connect: ms on the grader's clock. */
  readonly began: number;
  readonly answer: Response;
}

/** Visitors that ask one page after the other until they are told to stop. */
export interface Load {
  /** Until `some` more requests have been answered, or lost. */
  more(): Promise<void>;
  /** Nobody begins anything new. */
  stop(): void;
  /**
   * Has everybody finish what he has begun, but for those who began until `forgotten`: nobody may answer them any more. All
   * that has come to an end.
   */
  end(forgotten?: number): Promise<readonly Visit[]>;
}

const visitors = 8;

/** Requests between one thing that happens to the server and the next. */
const some = 60;

/** ms of rest between two pages of one visitor: enough for a machine of one core to answer all of them and start workers beside. */
const rest = 40;

/** ms for one answer, and for `some` of them, on a very busy machine. */
const patience = 30_000;

/** Half of the visitors keep their connections, the others open one for each request. */
export function startLoad(trial: Trial): Load {
  const { client, random, signal } = trial;
  const visits: Visit[] = [];
  /** When each of those who wait now began. */
  const waiting = new Map<number, number>();
  let goesOn = true;
  const ask = (options: RequestOptions) =>
    client.get(`/status?${random.word(10)}`, { ...options, timeLimit: patience });
  const visit = async (one: number) => {
    const kept = one % 2 === 0 ? { connection: `visitor ${one}` } : {};
    while (goesOn && !signal.aborted) {
      const began = performance.now();
      waiting.set(one, began);
      let answer = await ask(kept);
      // A server may close a kept connection at the moment when somebody asks over it; every client then asks anew
      // (RFC 9112, section 9.3.1). On a new connection there is no such excuse.
      if ('connection' in kept && /closed without an answer|reset/.test(answer.failure ?? '')) answer = await ask({});
      waiting.delete(one);
      visits.push({ began, answer });
      await pause(rest, signal);
    }
  };
  for (let one = 0; one < visitors; one++) visit(one).catch(() => waiting.delete(one));
  return {
    async more() {
      const wanted = visits.length + some;
      await eventually(
        async () => visits.length,
        (count) => count >= wanted,
        patience,
        signal,
      );
    },
    stop() {
      goesOn = false;
    },
    async end(forgotten = 0) {
      goesOn = false;
      await eventually(
        async () => [...waiting.values()],
        (all) => all.every((began) => began <= forgotten),
        patience,
        signal,
      );
      return visits;
    },
  };
}

/** That each request got its answer. `excused` says which of them need none. */
export function expectNoneLost(
  { expect }: Trial,
  visits: readonly Visit[],
  when: string,
  excused: (visit: Visit) => boolean = () => false,
): void {
  const answered = visits.filter(({ answer }) => answer.status === 200).length;
  const lost = visits.filter((visit) => visit.answer.status !== 200 && !excused(visit)).map(({ answer }) => answer);
  const [first] = lost;
  const how = first?.status ? `status ${first.status}` : (first?.failure ?? '');
  expect(
    visits.length > 0 && lost.length === 0,
    `every request is answered with status 200, ${when}`,
    `${visits.length} sent, ${answered} answered, ${lost.length} lost: ${how}`,
    lost.slice(0, 1),
  );
}
