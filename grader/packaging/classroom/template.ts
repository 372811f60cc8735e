import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CatalogEntry } from '../../commands/labs.ts';
import { labFolder } from '../../workspace/index.ts';
import { type WorkflowFacts, workflow } from './workflow.ts';

/** Writes what a template repository of one lab holds: the starter, the text, and the workflow. */
export async function writeTemplate(
  folder: string,
  { load, folder: lab }: Pick<CatalogEntry, 'load' | 'folder'>,
  workbook: WorkflowFacts['workbook'],
): Promise<void> {
  const { default: definition } = await load();
  const read = (file: string) => readFile(join(labFolder(lab), file), 'utf8');
  const files = {
    '.github/workflows/classroom.yml': workflow({
      lab: `lab${definition.number}`,
      objectives: definition.objectives.length,
      workbook,
    }),
    'conf.d/default.conf': await read('start/conf.d/default.conf'),
    'README.md': await read('README.md'),
  };
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
  }
}
