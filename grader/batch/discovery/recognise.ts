import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseText } from '../../../proxy/config/index.ts';
import { type Content, unknown } from './found.ts';

/** Files of a starter, by which is seen what a student has worked on: `conf.d/default.conf` and `proxy.ts`. */
export type Starter = (name: 'conf.d/default.conf' | 'proxy.ts') => string | undefined;

const mostBytes = 32 * 1024 * 1024;
const longestNote = 64 * 1024;

/** Names that say nothing about a submission: what systems and editors leave behind. */
export const isJunk = (name: string): boolean =>
  /^(\.|__MACOSX$|Thumbs\.db$|desktop\.ini$|node_modules$|~\$)|~$|\.(swp|bak)$/i.test(name);

/** Names of what accompanies a submission and is none. */
export const isDocument = (name: string): boolean =>
  /^(readme|notes|license|package(-lock)?\.json|tsconfig\.json)\b|\.(md|pdf|png|jpe?g|gif|docx?|odt|log)$/i.test(name);

export const isArchive = (name: string): boolean => /\.(zip|tgz|tar|tar\.(gz|xz|bz2|zst)|rar|7z)$/i.test(name);

const isConf = (name: string): boolean => /\.conf(\.txt)?$/i.test(name);
const isProgram = (name: string): boolean => /\.[cm]?[jt]s$/i.test(name);

/** Whether a folder is a configuration tree like /etc/nginx. */
export const isTree = (entries: readonly string[]): boolean =>
  entries.some((name) => /^(nginx\.conf|conf\.d|sites-enabled)$/.test(name));

/** What a single file is: a configuration, a program, or a note with the address of a server. */
export function recogniseFile(file: string): Content {
  const name = path.basename(file);
  const facts = lstatSync(file);
  if (!facts.isFile()) return unknown('unrecognised', `${name} is no ordinary file`);
  if (facts.size === 0) return unknown('empty', `${name} is empty`, file);
  if (facts.size > mostBytes) return unknown('too-large', `${name} is larger than 32 MiB`, file);
  if (isProgram(name)) return { kind: 'program', path: file };
  if (facts.size > longestNote && !isConf(name))
    return unknown('unrecognised', `${name} is neither a configuration, a program nor the address of a server`, file);
  const text = readFileSync(file, 'utf8');
  if (text.trim() === '') return unknown('empty', `${name} is empty`, file);
  if (isConf(name) && !/\.txt$/i.test(name)) return { kind: 'configuration', path: file };
  // Editors of Windows put .txt behind a name; the addresses of a configuration are not where it runs.
  if (looksLikeConfiguration(text)) return { kind: 'configuration', path: file };
  const url = addressIn(text);
  if (url !== undefined) return { kind: 'live', url };
  if (isConf(name)) return { kind: 'configuration', path: file };
  return unknown('unrecognised', `${name} is neither a configuration, a program nor the address of a server`, file);
}

/** What the files of one folder are together. Subfolders count only in a tree like /etc/nginx. */
export function recogniseFolder(folder: string, entries: readonly string[], starter: Starter): Content {
  const programs = entries.filter(isProgram);
  const program = programs.find((name) => /^proxy\./i.test(name)) ?? (programs.length === 1 ? programs[0] : undefined);
  const confs = entries.filter(isConf);
  const configuration = isTree(entries)
    ? ({ kind: 'tree', path: folder } as const)
    : confs.length === 1
      ? recogniseFile(path.join(folder, confs[0]!))
      : confs.length > 1
        ? ({ kind: 'tree', path: folder } as const)
        : undefined;
  if (program !== undefined) {
    const content = recogniseFile(path.join(folder, program));
    if (configuration === undefined || (untouched(folder, configuration, starter) && changed(content, starter)))
      return content;
  }
  if (configuration !== undefined) return oneOfTree(configuration);
  const others = entries.filter((name) => !isDocument(name)).filter((name) => isFile(path.join(folder, name)));
  const read = others.map((name) => recogniseFile(path.join(folder, name)));
  const known = read.filter(({ kind }) => kind !== 'unknown');
  if (known.length === 1) return known[0]!;
  if (known.length > 1) return unknown('unrecognised', `several things could be meant: ${others.join(', ')}`, folder);
  if (read.length === 1) return read[0]!;
  if (entries.length === 0) return unknown('empty', 'there is no file in it', folder);
  return unknown(
    'unrecognised',
    `no configuration, program or address among ${entries.slice(0, 5).join(', ')}`,
    folder,
  );
}

/** A tree that holds `conf.d/default.conf` and nothing else is that one file, however it is packed. */
function oneOfTree(content: Content): Content {
  if (content.kind !== 'tree') return content;
  const files = filesBelow(content.path).filter((file) => !isDocument(path.basename(file)) && !isProgram(file));
  const [only] = files;
  if (files.length !== 1 || only === undefined || !isConf(only) || path.basename(only) === 'nginx.conf') return content;
  return recogniseFile(path.join(content.path, only));
}

/** Ordinary files below a folder, junk left out, by their paths from it, sorted. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.split(path.sep).some(isJunk))
    .sort();
}

function untouched(folder: string, content: Content, starter: Starter): boolean {
  const file = content.kind === 'configuration' ? content.path : path.join(folder, 'conf.d/default.conf');
  return isFile(file) && readFileSync(file, 'utf8') === starter('conf.d/default.conf');
}

function changed(content: Content, starter: Starter): boolean {
  return content.kind === 'program' && readFileSync(content.path, 'utf8') !== starter('proxy.ts');
}

function isFile(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The one address of a server that a note names; markup of an online text is no part of it. */
export function addressIn(text: string): string | undefined {
  const plain = text.replace(/<a\s[^>]*href="([^"]+)"[^>]*>[^<]*<\/a>/gi, ' $1 ').replace(/<[^>]*>/g, ' ');
  const urls = [...plain.matchAll(/\bhttps?:\/\/[^\s"'<>]+/gi)].map(([url]) => url.replace(/[.,;)]+$/, ''));
  const distinct = [...new Set(urls)];
  if (distinct.length === 1) return distinct[0];
  if (distinct.length > 1) return undefined;
  const words = plain.trim().split(/\s+/);
  const bare = words.length <= 3 ? words.at(-1)! : '';
  return /^(\d{1,3}(\.\d{1,3}){3}|([a-z\d-]+\.)+[a-z]{2,})(:\d{1,5})?\/?$/i.test(bare) ? `http://${bare}` : undefined;
}

function looksLikeConfiguration(text: string): boolean {
  const { directives } = parseText(text, 'note', { includes: false });
  return directives.some(({ name, block }) => block !== undefined && /^(http|server|upstream|events)$/.test(name));
}
