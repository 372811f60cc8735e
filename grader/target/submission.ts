import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseText } from '../../proxy/config/index.ts';
import type { StartupMessage } from '../result.ts';

/** One file of the configuration tree. */
export interface TreeFile {
  /** The name by which the student knows it. */
  readonly name: string;
  readonly text: string;
  /** The bytes as they are; certificates and the like needn't be text. */
  readonly bytes: Uint8Array;
}

/** The student's files in their places below /etc/nginx, the stock files of the package around them. */
export interface Submission {
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly refused: readonly StartupMessage[];
}

const stockFolder = fileURLToPath(new URL('stock', import.meta.url));
const mostFiles = 5000;
const mostBytes = 32 * 1024 * 1024;

/**
 * Reads what a student hands in: a whole nginx.conf, a file for conf.d, or a tree like /etc/nginx (Debian's
 * sites-enabled included; a tree without nginx.conf gets the stock one). Throws when `location` can't be read.
 */
export function readSubmission(location: string): Submission {
  const given = statSync(location, { throwIfNoEntry: false });
  if (given === undefined) throw new Error(`${location}: there is no such file or folder`);
  const files = new Map<string, TreeFile>();
  const refused: StartupMessage[] = [];
  if (given.isDirectory()) readTree(realpathSync(location), files, refused);
  else if (given.isFile()) readOne(location, files, refused);
  else throw new Error(`${location} is neither a file nor a folder`);
  addStock(files);
  return { files, refused };
}

function readOne(location: string, files: Map<string, TreeFile>, refused: StartupMessage[]): void {
  const name = path.basename(location);
  if (statSync(location).size > mostBytes) {
    refused.push({ file: name, severity: 'refused', text: 'the file is larger than 32 MiB' });
    return;
  }
  const file = treeFile(name, readFileSync(location));
  files.set(isWhole(file) ? '/etc/nginx/nginx.conf' : '/etc/nginx/conf.d/default.conf', file);
}

/** Whether a file is a whole nginx.conf: it has blocks that only the main context takes. */
function isWhole(file: TreeFile): boolean {
  const { directives } = parseText(file.text, file.name, { includes: false });
  return directives.some(({ name }) => name === 'http' || name === 'events');
}

function readTree(root: string, files: Map<string, TreeFile>, refused: StartupMessage[]): void {
  let bytes = 0;
  const refuse = (name: string, text: string) => refused.push({ file: name, severity: 'refused', text });
  const visit = (folder: string) => {
    for (const entry of readdirSync(path.join(root, folder)).sort()) {
      const name = path.posix.join(folder, entry);
      if (entry === '.git' || entry === 'node_modules') continue;
      const real = resolveLink(root, name);
      if (real === 'dangling') continue;
      if (real === 'outside') {
        refuse(name, 'a symbolic link that leads out of the configuration tree');
        continue;
      }
      const facts = statSync(real);
      if (facts.isDirectory()) {
        if (lstatSync(path.join(root, name)).isSymbolicLink()) continue;
        visit(name);
      } else if (facts.isFile()) {
        bytes += facts.size;
        if (files.size >= mostFiles || bytes > mostBytes) {
          refuse(name, `the tree has more than ${mostFiles} files or 32 MiB`);
          return;
        }
        files.set(`/etc/nginx/${name}`, treeFile(name, readFileSync(real)));
      }
    }
  };
  visit('');
  // A folder of plain .conf files stands for conf.d itself.
  const hasPlace = [...files.keys()].some((file) =>
    /^\/etc\/nginx\/(nginx\.conf$|conf\.d\/|sites-enabled\/)/.test(file),
  );
  if (hasPlace) return;
  for (const [place, file] of [...files]) {
    if (/^\/etc\/nginx\/[^/]+\.conf$/.test(place)) files.set(`/etc/nginx/conf.d/${path.basename(place)}`, file);
  }
}

/**
 * Where a name of the tree leads. Links of a copied /etc/nginx name places of the machine it came from: those into
 * /etc/nginx mean this tree, those into the package's folders (modules-available) lead nowhere here.
 */
function resolveLink(root: string, name: string): string {
  let place = path.join(root, name);
  for (let hops = 0; hops < 20; hops++) {
    const facts = lstatSync(place, { throwIfNoEntry: false });
    if (facts === undefined) return 'dangling';
    if (!facts.isSymbolicLink()) {
      const real = realpathSync(place);
      return real === root || real.startsWith(root + path.sep) ? real : 'outside';
    }
    const target = readlinkSync(place);
    if (target.startsWith('/usr/share/nginx/')) return 'dangling';
    place = target.startsWith('/etc/nginx/')
      ? path.join(root, target.slice('/etc/nginx/'.length))
      : path.resolve(path.dirname(place), target);
    if (!place.startsWith(root + path.sep)) return 'outside';
  }
  return 'dangling';
}

function addStock(files: Map<string, TreeFile>): void {
  for (const name of readdirSync(stockFolder)) {
    if (name === 'README.md') continue;
    const place = `/etc/nginx/${name}`;
    if (!files.has(place)) files.set(place, treeFile(place, readFileSync(path.join(stockFolder, name))));
  }
  if ([...files.keys()].some((file) => file.startsWith('/etc/nginx/sites-enabled/')) && usesStockMain(files)) {
    const main = files.get('/etc/nginx/nginx.conf')!;
    const text = main.text.replace('/conf.d/*.conf;', '/conf.d/*.conf; include /etc/nginx/sites-enabled/*;');
    files.set('/etc/nginx/nginx.conf', { ...main, text, bytes: Buffer.from(text) });
  }
}

/** Whether `nginx.conf` is the packaged one, because the student wrote only what it includes. */
export function usesStockMain(files: ReadonlyMap<string, TreeFile>): boolean {
  return files.get('/etc/nginx/nginx.conf')?.name === '/etc/nginx/nginx.conf';
}

function treeFile(name: string, bytes: Buffer): TreeFile {
  return { name, text: bytes.toString('utf8'), bytes };
}
