import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]).optional();

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().optional(),
      devOptional: z.boolean().optional(),
      os: names,
      cpu: names,
    }),
  ),
});

/** Where Gradescope's containers run. */
const platform = { os: 'linux', cpu: 'x64' } as const;

/** Folders of the packages that the workbook needs at Gradescope, from the lock file's top, e.g. `node_modules/zod`. */
export function neededPackages(lock: string): readonly string[] {
  const { packages } = lockSchema.parse(JSON.parse(lock));
  return Object.entries(packages)
    .filter(([folder, { dev, devOptional }]) => folder !== '' && !dev && !devOptional)
    .filter(([, { os, cpu }]) => (os?.includes(platform.os) ?? true) && (cpu?.includes(platform.cpu) ?? true))
    .map(([folder]) => folder);
}

/**
 * A folder whose `node_modules` holds those packages: the workbook's own when it runs on the same platform, else a fresh one that npm
 * fills in `staging`. Throws what npm throws.
 */
export function withPackages(root: string, staging: string): string {
  const needed = neededPackages(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  if (needed.every((folder) => existsSync(join(root, folder)))) return root;
  mkdirSync(staging, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    if (existsSync(join(root, name))) copyFileSync(join(root, name), join(staging, name));
  const words = ['ci', '--omit=dev', '--ignore-scripts', `--os=${platform.os}`, `--cpu=${platform.cpu}`];
  execFileSync('npm', words, {
    cwd: staging,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return staging;
}
