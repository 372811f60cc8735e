import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { workbookRoot } from '../workspace/index.ts';
import type { Content } from './discovery/found.ts';
import { filesBelow } from './discovery/recognise.ts';

/** SHA-256 (hex) of what was handed in: the same for the same files, whatever they were packed in. */
export function submissionDigest(content: Content): string {
  switch (content.kind) {
    case 'live':
      return digestOf([['address', content.url]]);
    case 'configuration':
      return digestOf([['configuration', readFileSync(content.path)]]);
    case 'program': {
      const folder = path.dirname(content.path);
      return digestOf([['program', path.basename(content.path)], ...readAll(folder)]);
    }
    case 'tree':
      return digestOf(readAll(content.path));
    case 'unknown':
      if (content.path === undefined) return digestOf([['nothing', content.problem.reason]]);
      return digestOf(
        lstatSync(content.path).isFile() ? [['file', readFileSync(content.path)]] : readAll(content.path),
      );
  }
}

/** Where the code lies that a verdict rests on, beside the lab itself. */
const judging = ['grader/checks', 'grader/probe', 'grader/run', 'grader/target', 'proxy', 'labs/catalog-app'];

/** SHA-256 (hex) of the code that a verdict on this lab rests on: grader, reference proxy, applications, the lab itself. */
export function workbookDigest(lab: string): string {
  const parts = [...judging, `labs/${lab}`].flatMap((folder) =>
    readAll(
      path.join(workbookRoot, folder),
      (file) => !/\.test\.ts$|(^|\/)(testing|bench|golden)\/|\.md$/.test(file),
    ).map(([name, bytes]) => [`${folder}/${name}`, bytes] as const),
  );
  return digestOf([...parts, ['package-lock.json', readFileSync(path.join(workbookRoot, 'package-lock.json'))]]);
}

type Part = readonly [name: string, content: string | Uint8Array];

function readAll(folder: string, wanted: (file: string) => boolean = () => true): readonly Part[] {
  return filesBelow(folder)
    .map((file) => file.replaceAll('\\', '/'))
    .filter(wanted)
    .map((file) => [file, readFileSync(path.join(folder, file))]);
}

/** Names and lengths stand between the contents, so that no two lists of files give the same bytes. */
function digestOf(parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const [name, content] of parts) {
    const bytes = Buffer.from(content);
    hash.update(`${name.length}:${name} ${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}
