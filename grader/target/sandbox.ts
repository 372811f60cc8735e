import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
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
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'workbook-'));
  const remove = () => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  const release = onExit(remove, { folder: root });
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
