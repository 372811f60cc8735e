import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const scripts: Record<string, string> = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).scripts;

/** Where a student's configuration of the lab lies, as the transcript shows it. */
const edited = 'workspace/lab3-upstream/conf.d/default.conf';

/**
 * Does what a transcript in Markdown says, in `folder`, and returns it with the outputs that came: a block that begins with
 * `$ npm run ...` is run, a block of nginx is what the student's file then holds, everything else stays as it is, and so
 * does an output that differs only in what is another in each run.
 */
export async function replay(markdown: string, folder: string): Promise<string> {
  const pieces = markdown.split(/^(```(?:nginx)?\n[\s\S]*?^```$)/m);
  const out: string[] = [];
  for (const piece of pieces) {
    const [, language, body = ''] = /^```(\w*)\n([\s\S]*)^```$/m.exec(piece) ?? [];
    const command = /^\$ (npm run .+)\n/.exec(body)?.[1];
    if (language === 'nginx') await write(join(folder, edited), body);
    if (command === undefined) out.push(piece);
    else {
      const now = `\`\`\`\n$ ${command}\n${await output(command, folder)}\`\`\``;
      out.push(normalised(now) === normalised(piece) ? piece : now);
    }
  }
  return out.join('');
}

/** The blocks of a text that show a command and what it said. */
export function runs(markdown: string): string[] {
  return [...markdown.matchAll(/^```\n(\$ npm run [\s\S]*?)^```$/gm)].map((match) => match[1]!);
}

/** A transcript without what is another in each run: times, and what the grader makes up. */
export function normalised(text: string): string {
  return text
    .replace(/\d+\.\d\d s\b/g, 'TIME')
    .replace(/\b(?:mark=)?[a-z]{10,12}(?:-\d+)*(?='|$)/gm, 'WORD')
    .replace(/\/poster\/[a-z-]+\.jpg/g, '/poster/NAME.jpg')
    .replace(/[\s]+/g, ' ');
}

/** What a command says on a screen of 80 columns, its own two lines of npm left out, and a blank line before a report. */
function output(command: string, folder: string): Promise<string> {
  const [, , name = '', ...words] = command.split(' ');
  const [program = '', ...before] = scripts[name]!.split(' ');
  if (program !== 'node') throw new Error(`${command}: not a program of this project`);
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const environment = {
    ...inherited,
    INIT_CWD: folder,
    WORKBOOK_WORKSPACE: join(folder, 'workspace'),
    NO_COLOR: '1',
  };
  const script = [...before, ...words.filter((word) => word !== '--')];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, script, { cwd: root, env: environment }, (error, stdout, stderr) => {
      // 1 is a lab that isn't passed; what is worse is no transcript.
      if (error !== null && error.code !== 1) return reject(new Error(`${command}: ${stderr}`, { cause: error }));
      const said = stderr === '' ? stdout : `\n${stderr}${stdout}`;
      resolve(`${said.replace(/\n+$/, '')}\n`);
    });
  });
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
