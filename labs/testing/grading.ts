import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../grader/index.ts';
import type { LabResult } from '../../grader/result.ts';
import { checkLab } from '../../grader/run/index.ts';
import { openTarget, type TargetSpec } from '../../grader/target/index.ts';

/** Grades one submission, with the same seed each time. */
export function grade(lab: Lab, folder: string, spec: TargetSpec): Promise<LabResult> {
  return checkLab(lab, (signal) => openTarget(spec, lab, 7, signal, { trace: true }), {
    folder,
    seed: 7,
    facts: {
      kind: spec.kind,
      location: 'path' in spec ? spec.path : 'file' in spec ? spec.file : '',
      ...('engine' in spec && { engine: spec.engine }),
    },
  });
}

/** Ids of the failed objectives in the order of the lab, or `startup`. Every `error` shows as such. */
export function failuresOf(result: LabResult): string[] {
  if (!result.startup.ok) return ['startup'];
  return result.objectives
    .filter((objective) => objective.outcome === 'failed' || objective.outcome === 'error')
    .map((objective) => (objective.outcome === 'error' ? `${objective.id} error: ${objective.because}` : objective.id));
}

/** What a submission says of itself in its first lines, `# fails: ID, ...` or `// fails: ID, ...`; nothing when it doesn't. */
export function failuresNamed(file: string): string[] | undefined {
  const line = /^(?:#|\/\/) fails: (.+)/m.exec(readFileSync(file, 'utf8'));
  return line?.[1]?.split(',').map((id) => id.trim());
}

/** Labs whose checks mostly wait for time to pass, and may do so side by side. */
export function mostlyWaits(lab: number): boolean {
  return [7, 8, 10].includes(lab);
}

/** What a student of this lab writes, below `start/` and the solution: a whole nginx.conf or, in most labs, a file for conf.d. */
export function mainFile(folder: string): string {
  const whole = existsSync(join(import.meta.dirname, '..', folder, 'start/nginx.conf'));
  return whole ? 'nginx.conf' : 'conf.d/default.conf';
}
