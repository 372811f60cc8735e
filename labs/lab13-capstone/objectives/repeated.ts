import type { Capability, Client, Objective, RequestOptions } from '../../../grader/index.ts';
import { forgetOutages } from '../../lab3-upstream/objectives/instances.ts';
import { oneCatalog } from './one-catalog.ts';

/** What an objective of another lab is worth here, and what it has to wait for beside what it waits for there. */
export interface Worth {
  readonly slug: string;
  readonly points: number;
  readonly kind?: Objective['kind'];
  readonly after?: string;
  readonly needs?: readonly Capability[];
  /** It stops instances: what the server remembers of that is no concern of what comes next. */
  readonly outage?: boolean;
  /** It was written for a site whose requests go to port 80 unless they say something else. */
  readonly plain?: boolean;
}

/** A client that asks port 80 unless it is told to ask port 443. */
function overPort80(client: Client): Client {
  const plain = <T extends RequestOptions>(options?: T) => ({ https: false, ...options }) as T;
  return {
    ...client,
    get: (path, options) => client.get(path, plain(options)),
    request: (path, options) => client.request(path, plain(options)),
    burst: (paths, options) => client.burst(paths, plain(options)),
  };
}

/** Objectives of other labs as those of this one: the same checks, reasons and hints, with both instances for the catalog. */
export function repeated(list: readonly (readonly [Objective, Worth])[]): readonly Objective[] {
  const here = new Map(list.map(([objective, { slug }]) => [objective.id, `lab13.${slug}`]));
  return list.map(([objective, { slug, points, kind = 'core', after, needs = [], outage = false, plain = false }]) => {
    const dependsOn = (objective.dependsOn ?? []).flatMap((id) => here.get(id) ?? []);
    return {
      ...objective,
      id: `lab13.${slug}`,
      repeats: objective.id,
      kind,
      points,
      dependsOn: after === undefined ? dependsOn : [`lab13.${after}`, ...dependsOn],
      needs: [...(objective.needs ?? []), ...needs],
      async check(trial) {
        try {
          const client = plain ? overPort80(trial.client) : trial.client;
          await objective.check({ ...trial, client, world: oneCatalog(trial.world) });
        } finally {
          if (outage) await forgetOutages(trial);
        }
      },
    };
  });
}
