import { spawnSync } from 'node:child_process';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../random.ts';
import { onExit } from './cleanup.ts';

/** A temporary tree that mirrors the folders of labs.md. */
export interface Sandbox {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** A path of the student's machine in the sandbox. */
  place(file: string): string;
  remove(): void;
}

const postersFolder = fileURLToPath(new URL('../../labs/catalog-app/posters', import.meta.url));

/** Makes the tree: the welcome page (another one in each run), the error page, posters, and empty logs and caches. */
export function createSandbox(seed: number): Sandbox {
  const temporary = realpathSync(tmpdir());
  removeStale(temporary);
  const root = path.join(temporary, `workbook-${process.pid}-${Math.random().toString(36).slice(2, 10)}`);
  const remove = () => removeTree(root);
  // Before it is made: there is no moment at which it could be left behind.
  const release = onExit(remove, { folder: root });
  mkdirSync(root, { mode: 0o700 });
  const place = (file: string) => path.join(root, file);
  for (const folder of [
    'etc/nginx/conf.d',
    'etc/nginx/certs',
    'usr/share/nginx/html',
    'usr/share/nginx/poster',
    'var/log/nginx',
    'var/cache/nginx',
    'var/lib/nginx',
    'var/www/html',
    'run',
    'var/run',
  ]) {
    mkdirSync(place(folder), { recursive: true });
  }
  const mark = createRandom(seed).word(16);
  const welcome = welcomePage(mark);
  writeFileSync(place('usr/share/nginx/html/index.html'), welcome);
  writeFileSync(place('var/www/html/index.nginx-debian.html'), welcome);
  writeFileSync(place('usr/share/nginx/html/50x.html'), errorPage(mark));
  if (existsSync(postersFolder)) {
    for (const poster of readdirSync(postersFolder)) {
      if (!/\.(jpe?g|png)$/.test(poster)) continue;
      // A copy on write where the file system can: cheap, and whatever a server does to it, the original stays.
      copyFileSync(
        path.join(postersFolder, poster),
        place(`usr/share/nginx/poster/${poster}`),
        constants.COPYFILE_FICLONE,
      );
    }
  }
  return {
    root,
    place,
    remove() {
      remove();
      release();
    },
  };
}

/** ms after which a folder without an owner is old: longer than a check, for pids say nothing where `/tmp` is shared by containers. */
const old = 10 * 60 * 1000;

/**
 * Removes what graders left behind in a folder for temporary files that ended without a chance to clean up, as when the machine
 * went down: folders named `workbook-PID-...` whose owner is gone.
 */
export function removeStale(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    const pid = /^workbook-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = path.join(temporary, name);
    try {
      if (Date.now() - statSync(folder).mtimeMs > old) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another grader was quicker, or it is another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A server may leave folders that nobody may enter, or that lie deeper than a path can say; that costs no verdict. */
function removeTree(root: string): void {
  try {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    spawnSync('/bin/sh', ['-c', 'chmod -R u+rwX "$1"; rm -rf "$1"', 'sh', root], { stdio: 'ignore' });
  }
}

function welcomePage(mark: string): string {
  return `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>body { width: 35em; margin: 2em auto; font-family: sans-serif; }</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This page lies in /usr/share/nginx/html/index.html. If you can read it, the web server runs.
What it serves next is up to its configuration.</p>
<!-- ${mark} -->
</body>
</html>
`;
}

function errorPage(mark: string): string {
  return `<!DOCTYPE html>
<html>
<head><title>Error</title></head>
<body>
<h1>Something went wrong.</h1>
<p>The application behind this web server cannot be reached right now. Please try again later.</p>
<!-- ${mark} -->
</body>
</html>
`;
}
