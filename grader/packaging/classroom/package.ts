import { resolve } from 'node:path';
import { Command } from 'commander';
import { findLab } from '../../commands/labs.ts';
import { UsageError } from '../../commands/usage.ts';
import { writeTemplate } from './template.ts';

const program = new Command('package:classroom')
  .description('make the files of a template repository for GitHub Classroom')
  .argument('<lab>', 'a lab by number, name or folder')
  .requiredOption('--workbook <owner/repository@ref>', 'where the workbook is, and which version of it grades')
  .requiredOption('--out <folder>', 'a folder without these files yet')
  .parse();
const [word = ''] = program.args;
const { workbook, out } = program.opts<{ workbook: string; out: string }>();

try {
  const [, repository, ref] = /^([\w.-]+\/[\w.-]+)@([\w./-]+)$/.exec(workbook) ?? [];
  if (repository === undefined || ref === undefined)
    throw new UsageError(`--workbook: "${workbook}" is not OWNER/REPOSITORY@REF`);
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), out);
  await writeTemplate(folder, findLab(word), { repository, ref });
  process.stdout.write(`${folder}\n`);
} catch (error) {
  const known = error instanceof UsageError || (error as NodeJS.ErrnoException).code === 'EEXIST';
  if (!known) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
