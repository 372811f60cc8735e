import type { Compared } from './compare.ts';
import type { Goal, Row } from './family.ts';
import type { Measured } from './measure.ts';

const columns = (cells: readonly string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(42) : i === 1 ? cell.padEnd(20) : cell.padStart(11))).join('');

export const HEADING = columns(['', 'beside', 'ours', 'theirs', 'ratio', 'CPU ours', 'CPU theirs', 'CPU ratio']);

/** One line of the table. */
export function line(row: Row, { rival, own, theirs, ratio, cpuRatio }: Compared): string {
  const digits = row.unit === 'ms' ? 2 : 0;
  const value = (one: Measured): string => `${one.value.toFixed(digits)}${row.unit === '/s' ? '' : ' '}${row.unit}`;
  const cpu = ({ cpu: time = Number.NaN }: Measured): string => (Number.isNaN(time) ? '' : `${time.toFixed(1)} us`);
  const cpuText = Number.isNaN(cpuRatio) ? '' : cpuRatio.toFixed(2);
  return columns([row.name, rival, value(own), value(theirs), ratio.toFixed(2), cpu(own), cpu(theirs), cpuText]);
}

/** What was wanted of a row, and whether it is so. */
export function verdicts(row: Row, compared: readonly Compared[]): string[] {
  return (row.goals ?? []).flatMap((goal) => {
    const found = relevant(goal, compared);
    if (found === undefined) return [];
    const { number, words } = found;
    const met =
      number >= (goal.atLeast ?? Number.NEGATIVE_INFINITY) && number <= (goal.atMost ?? Number.POSITIVE_INFINITY);
    const wanted = goal.atLeast === undefined ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`;
    return [`  ${met ? 'met    ' : 'not met'}  ${row.name}: ${number.toFixed(2)} ${words}, wanted ${wanted}`];
  });
}

/** The number that a goal is about, and what it is. */
function relevant(goal: Goal, compared: readonly Compared[]): { number: number; words: string } | undefined {
  if (goal.what === 'value') {
    const own = compared[0]?.own;
    return own === undefined ? undefined : { number: own.value, words: 'MB' };
  }
  const among = compared.filter(({ rival }) => (rival === 'nginx') === (goal.beside === 'nginx'));
  const numberOf = ({ ratio, cpuRatio }: Compared): number => (goal.what === 'ratio' ? ratio : 1 / cpuRatio);
  const [first, ...others] = among;
  if (first === undefined) return undefined;
  const closest = others.reduce((one, other) => (numberOf(other) < numberOf(one) ? other : one), first);
  const words = goal.what === 'ratio' ? `of ${closest.rival}` : `of ${closest.rival}'s thrift with CPU time`;
  return { number: numberOf(closest), words };
}
