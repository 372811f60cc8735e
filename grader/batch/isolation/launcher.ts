import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Launcher } from '../../target/launcher.ts';
import type { ServerCommand } from '../../target/server-process.ts';
import { processLimits } from './limits.ts';
import { ownEtc, project, systemMounts, translate } from './mounts.ts';
import { staged } from './stage.ts';
import type { ShutIn } from './worker-command.ts';

export interface LauncherOptions extends ShutIn {
  /** The folder of the staged submission (stage.ts). */
  readonly stage?: string;
  /** It is a program of the grader's, which may write to the cache. */
  readonly trusted?: boolean;
}

/** Folders of the sandbox into which a server may write; the rest of it can only be read. */
const writable = ['var/log/nginx', 'var/cache/nginx', 'var/lib/nginx', 'run'];

/**
 * SIGTERM is for the server, not for bubblewrap, whose end would be the server's sudden death: the one ignores it, and
 * the other gets it back. The arguments come in a file, for a server sees the command line of bubblewrap.
 */
const script = `trap '' TERM; list=$1; shift; exec "$0" --args 3 -- "$@" 3<"$list"`;

/**
 * Starts servers in namespaces of their own inside those of the worker: files, processes, users (unless the worker is
 * root) and the rest are apart, the loopback with the applications and the probes is shared.
 */
export function createLauncher(options: LauncherOptions): Launcher {
  const { user, stage, trusted } = options;
  const own = path.join(tmpdir(), 'own');
  const places = new Map([
    [process.execPath, '/workbook/bin/node'],
    [path.join(project, 'proxy'), '/workbook/proxy'],
    ...(stage === undefined ? [] : staged.map((name) => [path.join(stage, name), `/workbook/${name}`] as const)),
  ]);
  const prepared = new Set<string>();
  prepareOwn(own, user);
  const list = path.join(own, 'arguments');

  return {
    asRoot: false,
    environment: {
      PATH: '/workbook/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
      HOME: '/tmp',
      TMPDIR: '/tmp',
      LANG: 'C.UTF-8',
      TZ: process.env.TZ,
      NODE_COMPILE_CACHE: '/workbook/cache',
    },
    wrap(command, root) {
      if (!prepared.has(root)) prepareSandbox(root, user);
      prepared.add(root);
      const args = [
        ...namespaces(user),
        ...mounts(options, own, places, root),
        '--chdir',
        translate(places, command.folder),
      ];
      writeFileSync(list, args.join('\0'));
      return {
        file: '/bin/sh',
        args: ['-c', script, options.bwrap, list, ...limited(trusted ? undefined : user), ...inside(command, places)],
        environment: command.environment,
        folder: '/',
      };
    },
  };
}

function namespaces(user: number | undefined): string[] {
  return [
    ['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ['--hostname', 'workbook'],
    user === undefined ? ['--unshare-user', '--disable-userns'] : [],
  ].flat();
}

function mounts(options: LauncherOptions, own: string, places: ReadonlyMap<string, string>, root: string): string[] {
  return [
    systemMounts(),
    ['--ro-bind', path.join(own, 'etc/passwd'), '/etc/passwd'],
    ...['group', 'hosts', 'nsswitch.conf'].map((name) => ['--ro-bind', path.join(own, 'etc', name), `/etc/${name}`]),
    ['--proc', '/proc', '--dev', '/dev'],
    ['--bind', path.join(own, 'shm'), '/dev/shm', '--bind', path.join(own, 'tmp'), '/tmp'],
    ['--ro-bind', root, root],
    ...writable.map((folder) => ['--bind', path.join(root, folder), path.join(root, folder)]),
    ...[...places].map(([from, to]) => ['--ro-bind', from, to]),
    cacheMount(options),
    // What bubblewrap made itself would be a disk without a limit.
    ['--remount-ro', '/dev', '--remount-ro', '/'],
  ].flat();
}

/** Node's folder in the cache has the user's number at the end of its name. */
function cacheMount({ cache, user, trusted }: LauncherOptions): string[] {
  const name = path.basename(getCompileCacheDir() ?? 'none');
  const source = path.join(cache.submissions, name);
  if (trusted) return ['--bind', cache.submissions, '/workbook/cache'];
  if (!existsSync(source)) return [];
  return ['--ro-bind', source, `/workbook/cache/${user === undefined ? name : name.replace(/-\d+$/, `-${user}`)}`];
}

/** The programs that put the limits on, give up what is left of root's rights, and give way to the server. */
function limited(user: number | undefined): string[] {
  return [
    ['prlimit', ...Object.entries(processLimits).map(([name, limit]) => `--${name}=${limit}`)],
    // When memory runs out in spite of everything, a submission goes first.
    ['choom', '-n', '1000', '--'],
    user === undefined
      ? []
      : [
          'setpriv',
          `--reuid=${user}`,
          `--regid=${user}`,
          '--clear-groups',
          '--bounding-set=-all',
          '--inh-caps=-all',
          '--',
        ],
    ['nice', '-n', '5', 'env', '--default-signal=TERM', '--'],
  ].flat();
}

function inside({ file, args, shell }: ServerCommand, places: ReadonlyMap<string, string>): string[] {
  if (shell) return ['/bin/sh', '-c', file];
  return [file, ...args].map((word) => translate(places, word));
}

/** What a submission finds besides the sandbox: /tmp, /dev/shm, and an /etc with its own accounts. */
function prepareOwn(own: string, user: number | undefined): void {
  for (const folder of ['tmp', 'shm']) {
    mkdirSync(path.join(own, folder), { recursive: true });
    chmodSync(path.join(own, folder), 0o1777);
  }
  mkdirSync(path.join(own, 'etc'), { recursive: true });
  const files = ownEtc(user ?? process.getuid?.() ?? 0, user ?? process.getgid?.() ?? 0);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(own, 'etc', name), text);
}

/** Another user must be able to read the sandbox, and to write where servers write. Done once, before it runs. */
function prepareSandbox(root: string, user: number | undefined): void {
  if (user === undefined) return;
  chmodSync(root, 0o755);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }))
    chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  for (const folder of writable) chownSync(path.join(root, folder), user, user);
}
