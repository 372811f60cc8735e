import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onExit } from '../../target/cleanup.ts';
import { signalGroup } from '../../target/process-group.ts';
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
 * be. On the way Node's compiled sources are put where submissions find them. Throws the signal's reason when it was
 * interrupted.
 */
export async function findIsolation(signal?: AbortSignal): Promise<Isolation> {
  if (process.platform !== 'linux') return { kind: 'none', reason: 'bubblewrap, which does that, is for Linux' };
  const bwrap = findBubblewrap();
  if (bwrap === undefined)
    return { kind: 'none', reason: 'bubblewrap is not installed (Debian and Ubuntu: `sudo apt install bubblewrap`)' };
  const shutIn: ShutIn = {
    bwrap,
    cache: cacheFolders(),
    ...(process.getuid?.() === 0 && { user: firstUser }),
  };
  const failure = await attempt(shutIn, signal);
  signal?.throwIfAborted();
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
async function attempt(shutIn: ShutIn, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    for (const folder of Object.values(shutIn.cache)) mkdirSync(folder, { recursive: true });
  } catch (error) {
    return (error as Error).message;
  }
  const { file, args, environment } = shutInWorker(trial, shutIn, false);
  const child = spawn(file, args, { env: { ...environment }, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const kill = () => signalGroup(child, 'SIGKILL');
  const release = onExit(kill, { group: child.pid });
  const timer = setTimeout(kill, trialLimit);
  signal?.addEventListener('abort', kill);
  if (signal?.aborted === true) kill();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    // Half of it may be left when it is killed while it starts.
    child.once('exit', kill);
    child.once('close', (code, by) => {
      if (code === 0) resolve(undefined);
      else resolve(said.trim().split('\n').slice(-2).join(' ') || `it was ended by ${by ?? `exit code ${code}`}`);
    });
  });
  signal?.removeEventListener('abort', kill);
  clearTimeout(timer);
  release();
  return failure;
}
