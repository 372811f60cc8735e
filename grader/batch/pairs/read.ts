import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { labFolder, solutionFolder } from '../../workspace/index.ts';
import type { Content } from '../discovery/found.ts';
import { filesBelow } from '../discovery/recognise.ts';
import { type Normalised, normaliseConfiguration } from './configuration-lines.ts';
import type { CommonGround } from './pairs.ts';
import { normaliseProgram } from './program-tokens.ts';

/** Longer than any configuration that somebody wrote; comparing it would only cost time. */
const mostBytes = 256 * 1024;

/** Reads and normalises what was handed in; undefined when there is nothing to compare. */
export function readNormalised(content: Content): Normalised | undefined {
  switch (content.kind) {
    case 'unknown':
      return undefined;
    case 'live':
      // Two students with one server have nothing of their own.
      return { canonical: content.url, lines: [`address ${content.url}`], comments: [] };
    case 'configuration':
      return normaliseConfiguration([readText(content.path)]);
    case 'program':
      return normaliseProgram(readText(content.path));
    case 'tree': {
      // Files that come with the package are the same for everybody; only those that are parsed as configuration count.
      const files = filesBelow(content.path).filter((file) =>
        /\.conf$|(^|\/)sites-[^/]+\//.test(file.replaceAll('\\', '/')),
      );
      return normaliseConfiguration(files.map((file) => readText(path.join(content.path, file))));
    }
  }
}

/** What the workbook itself says about a lab: starter, solution, and the code in its text. */
export const workbookGround: CommonGround = (lab) => {
  const [start, solution] = [path.join(labFolder(lab), 'start'), solutionFolder(lab)];
  const configurations = [start, solution].map((folder) => path.join(folder, 'conf.d/default.conf')).filter(existsSync);
  const programs = [start, solution].map((folder) => path.join(folder, 'proxy.ts')).filter(existsSync);
  const text = path.join(labFolder(lab), 'README.md');
  const blocks = existsSync(text) ? codeBlocks(readFileSync(text, 'utf8')) : [];
  return [
    ...configurations.map((file) => normaliseConfiguration([readText(file)])),
    ...blocks.map((block) => normaliseConfiguration([block])),
    ...programs.map((file) => normaliseProgram(readText(file))),
  ];
};

function codeBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
}

function readText(file: string): string {
  return readFileSync(file).subarray(0, mostBytes).toString('utf8');
}
