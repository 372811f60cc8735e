import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { findLab } from '../../commands/labs.ts';
import { UsageError } from '../../commands/usage.ts';
import { writeBundle } from './bundle.ts';

const program = new Command('package:gradescope')
  .description('make the archive that Gradescope wants as an autograder')
  .argument('<lab>', 'a lab by number, name or folder')
  .option('--out <file.zip>', 'gradescope-LAB.zip unless said')
  .option('--leaderboard', "puts the points on the assignment's leaderboard")
  .option('--trust', 'runs programs (proxy.ts) even where the container cannot shut them in')
  .parse();
const [word = ''] = program.args;
const {
  out,
  leaderboard = false,
  trust = false,
} = program.opts<{ out?: string; leaderboard?: boolean; trust?: boolean }>();

try {
  const { folder } = findLab(word);
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), out ?? `gradescope-${folder}.zip`);
  await writeBundle(file, { lab: folder, leaderboard, trust });
  process.stdout.write(`${file}   ${Math.round(statSync(file).size / 2 ** 20)} MiB\n`);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
