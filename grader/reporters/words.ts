import type { LabResult, ObjectiveResult } from '../result.ts';

/** `3` of `lab3-upstream`; the whole name when it has no number. */
export function labNumber(result: Pick<LabResult, 'lab'>): string {
  return /^lab(\d+)/.exec(result.lab)?.[1] ?? result.lab;
}

/** `Lab 3 · A load balancer` */
export function labHeading(result: Pick<LabResult, 'lab' | 'title'>): string {
  return result.title === undefined ? result.lab : `Lab ${labNumber(result)} · ${result.title}`;
}

/** `lab3`, as it is typed. */
export function labWord(result: LabResult): string {
  return /^lab\d+/.exec(result.lab)?.[0] ?? result.lab;
}

/** `workspace/lab3-upstream on the reference proxy` */
export function describeTarget({ target }: LabResult): string {
  const engine = { reference: 'the reference proxy', nginx: 'nginx' };
  const kind = {
    configuration: 'the configuration',
    program: 'the program',
    command: 'the command',
    live: 'the live server',
    solution: 'the solution',
  };
  return `${kind[target.kind]} ${target.location}${target.engine === undefined ? '' : ` on ${engine[target.engine]}`}`;
}

/** `45 of 100, stretch 10 of 20` */
export function describeScore({ score }: LabResult): string {
  const stretch = score.stretchPossible > 0 ? `, stretch ${score.stretchEarned} of ${score.stretchPossible}` : '';
  return `${score.earned} of ${score.possible}${stretch}`;
}

/** `passed`, `not yet` or `not graded` */
export function verdict({ outcome }: Pick<LabResult, 'outcome'>): string {
  return { passed: 'passed', failed: 'not yet', error: 'not graded' }[outcome];
}

/** A file of the submission, named so that it is found from where the check was started. */
export function inProject({ target: { location } }: LabResult, file: string): string {
  if (location === file || location.endsWith(`/${file}`)) return location;
  const isFile = /\.[a-z]+$/i.test(location);
  return isFile ? file : `${location.replace(/\/$/, '')}/${file}`;
}

/** `0.61 s` */
export function describeDuration(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** The places to look at first: what failed, core before stretch. */
export function failures(result: LabResult): readonly ObjectiveResult[] {
  const failed = result.objectives.filter(({ outcome }) => outcome === 'failed' || outcome === 'error');
  return [...failed.filter(({ kind }) => kind === 'core'), ...failed.filter(({ kind }) => kind === 'stretch')];
}
