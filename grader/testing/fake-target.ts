import type { Client, Lab, Objective, Response, World } from '../lab.ts';
import type { OpenTarget } from '../target/target.ts';

/** An answer as a client would see it. */
export function response(
  path: string,
  facts: Partial<Response> & { readonly host?: string; readonly https?: boolean } = {},
): Response {
  const { host = 'catalog.test', https = false, ...rest } = facts;
  const url = `${https ? 'https' : 'http'}://${host}${path}`;
  const text = rest.text ?? '';
  return {
    status: 200,
    httpVersion: '1.1',
    headers: {},
    rawHeaders: [],
    body: new TextEncoder().encode(text),
    text,
    json: () => JSON.parse(text),
    request: {
      method: 'GET',
      path,
      url,
      curl: `curl -i ${url}`,
      head: `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    },
    durationMs: 1,
    sentAt: 0,
    answeredAt: 1,
    ...rest,
  };
}

/** A target in memory whose client answers with `answer`; it counts how often it was closed. */
export class FakeTarget implements OpenTarget {
  readonly facts = { kind: 'configuration', engine: 'reference', location: 'default.conf' } as const;
  startup: OpenTarget['startup'] = { ok: true, messages: [] };
  closed = 0;
  capabilities: readonly string[] = ['applications', 'files'];
  answer: (path: string) => Promise<Response> = async (path) => response(path);
  readonly world = { has: (capability: string) => this.capabilities.includes(capability) } as unknown as World;
  readonly client = {
    get: (path: string) => this.answer(path),
    request: (path: string) => this.answer(path),
    burst: (paths: readonly string[]) => Promise.all(paths.map((path) => this.answer(path))),
  } as unknown as Client;

  async errorLog(): Promise<string[]> {
    return [];
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

/** An objective that passes unless told otherwise. */
export function objective(id: string, facts: Partial<Objective> = {}): Objective {
  return {
    id: `lab9.${id}`,
    title: `${id} works.`,
    kind: 'core',
    points: 50,
    why: `without ${id} nothing goes`,
    hints: ['a nudge', 'the place'],
    manual: 'https://nginx.org/en/docs/',
    check: async ({ client, expect }) => expect.status(await client.get(`/${id}`), 200),
    ...facts,
  };
}

export function lab(...objectives: Objective[]): Lab {
  return { number: 9, name: 'fake', title: 'A lab of tests', objectives, predictions: [], applications: [] };
}
