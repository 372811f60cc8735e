import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProgress, solutionFolder } from '../workspace/index.ts';
import { findLab } from './labs.ts';
import { print } from './output.ts';
import { UsageError } from './usage.ts';

/** `solution LAB`: after the lab was passed, with `--yes`, or when the student says so. `--build` shows the program. */
export async function solution(
  word: string,
  options: { readonly yes?: boolean; readonly build?: boolean },
): Promise<number> {
  const entry = findLab(word);
  const passed = (await readProgress()).labs[entry.folder]?.passedAt !== undefined;
  if (!passed && !options.yes && !(await agreed(entry.number))) return 0;
  const folder = solutionFolder(entry.folder);
  const files = options.build ? ['proxy.ts'] : ['nginx.conf', 'conf.d/default.conf', 'NOTES.md'];
  const parts = files.filter((file) => existsSync(join(folder, file)));
  if (parts.length === 0) throw new UsageError(`Lab ${entry.number} has no solution of this kind in ${folder}`);
  for (const file of parts) await print(`# ${file}\n\n${readFileSync(join(folder, file), 'utf8').trimEnd()}\n\n`);
  return 0;
}

async function agreed(lab: number): Promise<boolean> {
  const question = `You have not passed lab ${lab} yet. See the solution all the same?`;
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UsageError(
      `Lab ${lab} is not passed yet. To see its solution all the same: npm run solution lab${lab} -- --yes`,
    );
  const { confirm } = await import('@inquirer/prompts');
  try {
    return await confirm({ message: question, default: false });
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') return false;
    throw error;
  }
}
