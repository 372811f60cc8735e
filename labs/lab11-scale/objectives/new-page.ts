import { eventually, type Trial } from '../../../grader/index.ts';

/** ms in which a server reads its configuration anew, on a very busy machine. Who is right needs a moment. */
const readAnew = 30_000;

/**
 * Puts a page of this name into the configuration, has it read anew, and expects to find the page, 204 if nothing else is
 * said; how many ms it took. The file stays changed.
 */
export async function newPage(trial: Trial, page: string, does = 'return 204;'): Promise<number> {
  const { client, expect, signal, world } = trial;
  await world.server.edit(`location = /${page} { ${does} }`);
  const began = performance.now();
  world.server.signal('SIGHUP');
  const isThere = ({ status, text }: { status: number; text: string }) =>
    status === 204 || (status === 200 && /^\d+$/.test(text));
  const response = await eventually(() => client.get(`/${page}`), isThere, readAnew, signal);
  expect(
    isThere(response),
    'a page that is new in the configuration, after a reload',
    response.status === 0 ? `no answer (${response.failure})` : `status ${response.status}`,
    [response],
  );
  return performance.now() - began;
}
