import type { Lab, Objective } from '../lab.ts';

/** A lab that contradicts itself: an unknown dependency, or one that goes round in a circle. */
export class LabDefect extends Error {
  override readonly name = 'LabDefect';
}

/**
 * The objectives to grade, each after those it depends on, otherwise in the lab's order. `only` names the wanted ones
 * (`lab3.both-backends` or `both-backends`); what they depend on comes along.
 * Throws LabDefect, or a RangeError that lists the ids when `only` has an unknown one.
 */
export function gradingOrder(lab: Lab, only?: readonly string[]): readonly Objective[] {
  const byId = new Map(lab.objectives.map((objective) => [objective.id, objective]));
  const wanted = only === undefined || only.length === 0 ? lab.objectives : only.map((id) => find(lab, id));
  const order: Objective[] = [];
  const visit = (objective: Objective, path: readonly string[]): void => {
    if (order.includes(objective)) return;
    if (path.includes(objective.id)) throw new LabDefect(`${[...path, objective.id].join(' → ')} is a circle`);
    for (const id of objective.dependsOn ?? []) {
      const dependency = byId.get(id);
      if (dependency === undefined) throw new LabDefect(`${objective.id} depends on ${id}, which does not exist`);
      visit(dependency, [...path, objective.id]);
    }
    order.push(objective);
  };
  for (const objective of lab.objectives) if (wanted.includes(objective)) visit(objective, []);
  return order;
}

function find(lab: Lab, id: string): Objective {
  const found = lab.objectives.find((objective) => objective.id === id || objective.id === `lab${lab.number}.${id}`);
  if (found !== undefined) return found;
  const ids = lab.objectives.map((objective) => objective.id).join(', ');
  throw new RangeError(`lab${lab.number} has no objective "${id}"; it has ${ids}`);
}
