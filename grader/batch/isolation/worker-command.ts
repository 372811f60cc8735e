import { diskBytes } from './limits.ts';

/** What a worker has to know to shut submissions in. Plain data: it comes as an argument. */
export interface ShutIn {
  /** The path of bubblewrap. */
  readonly bwrap: string;
  /** The user as whom submissions run, when the worker is root. No other process of the machine has this one. */
  readonly user?: number;
  /** Folders in which Node keeps what it has compiled, made by `findIsolation`: one of workers, and one that submissions can read. */
  readonly cache: { readonly workers: string; readonly submissions: string };
}

/** How a worker is started. */
export interface WorkerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where a worker has its disk: in a /dev of its own, where nothing of the machine lies. */
const disk = '/dev/shm';

/** A worker that is a process like any other. */
export function plainWorker(program: string): WorkerCommand {
  return { file: process.execPath, args: [program, JSON.stringify({})], environment: process.env };
}

/**
 * A worker in namespaces of its own: it sees the machine's files and can change none of them, it has a disk in memory
 * that goes with it, and no network but its own loopback (unless `network`). When it dies, or the grader does, so does
 * everything that it started.
 */
export function shutInWorker(program: string, shutIn: ShutIn, network: boolean): WorkerCommand {
  const { bwrap, cache } = shutIn;
  const args = [
    ['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    network ? [] : ['--unshare-net'],
    ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ['--size', String(diskBytes), '--tmpfs', disk],
    Object.values(cache).flatMap((folder) => ['--bind', folder, folder]),
    ['--', process.execPath, program, JSON.stringify({ shutIn })],
  ];
  return {
    file: bwrap,
    args: args.flat(),
    environment: { PATH: process.env.PATH, TZ: process.env.TZ, TMPDIR: disk, NODE_COMPILE_CACHE: cache.workers },
  };
}
