import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ShutIn, shutInWorker } from './worker-command.ts';

/** What shuts a submission in on this machine. */
export type Isolation =
  | { readonly kind: 'bubblewrap'; readonly shutIn: ShutIn }
  | { readonly kind: 'none' /** Why there is none, in one sentence. */; readonly reason: string };

const trial = fileURLToPath(new URL('trial.mjs', import.meta.url));

/** ms for the trial, on a machine that has much else to do. */
const trialLimit = 60_000;

/**
 * Finds out what this machine and this user can do, by doing it: a program of our own is started as a submission would
 * be. On the way Node's compiled sources are put where submissions find them.
 */
export async function findIsolation(): Promise<Isolation> {
  if (process.platform !== 'linux') return { kind: 'none', reason: 'bubblewrap, which does that, is for Linux' };
  const bwrap = findBubblewrap();
  if (bwrap === undefined)
    return { kind: 'none', reason: 'bubblewrap is not installed (Debian and Ubuntu: `sudo apt install bubblewrap`)' };
  const shutIn: ShutIn = {
    bwrap,
    cache: cacheFolders(),
    ...(process.getuid?.() === 0 && { user: firstUser }),
  };
  const failure = await attempt(shutIn);
  if (failure !== undefined) return { kind: 'none', reason: `bubblewrap can't do it here: ${failure}` };
  return { kind: 'bubblewrap', shutIn };
}

/** Numbers of users that nobody has: above what systems give to accounts, containers and services. */
const firstUser = 1_500_000_000;

function cacheFolders(): ShutIn['cache'] {
  const workers = process.env.NODE_COMPILE_CACHE ?? path.join(tmpdir(), 'node-compile-cache');
  return { workers, submissions: `${workers}-submissions-${process.getuid?.()}` };
}

function findBubblewrap(): string | undefined {
  return [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin', '/usr/local/bin']
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, 'bwrap'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The last words of a trial that failed; undefined when it worked. */
async function attempt(shutIn: ShutIn): Promise<string | undefined> {
  try {
    for (const folder of Object.values(shutIn.cache)) mkdirSync(folder, { recursive: true });
  } catch (error) {
    return (error as Error).message;
  }
  const { file, args, environment } = shutInWorker(trial, shutIn, false);
  return new Promise((resolve) => {
    execFile(file, args, { env: { ...environment }, timeout: trialLimit }, (error, _, stderr) => {
      if (error === null) resolve(undefined);
      else resolve(stderr.trim().split('\n').slice(-2).join(' ') || error.message);
    });
  });
}
