import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const template = fileURLToPath(new URL('template/', import.meta.url));

interface NewLab {
  readonly number: number;
  /** Small letters, digits and hyphens: the folder's name after `labN-`. */
  readonly name: string;
  readonly title: string;
}

/**
 * Makes a lab in a workbook at `root`: its folders in labs/ and solutions/, and its line in the catalog. Everything that is the author's to say is marked BLANK. Returns what was written. Throws where there is such a lab.
 */
export function makeLab(root: string, { number, name, title }: NewLab): readonly string[] {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`"${name}" is no name for a lab: small letters, digits, and hyphens between them`);
  }
  const folder = `lab${number}-${name}`;
  const catalog = join(root, 'labs/catalog.ts');
  const taken = new RegExp(`number: ${number},|name: '${name}',`).exec(readFileSync(catalog, 'utf8'));
  if (taken !== null) throw new Error(`labs/catalog.ts has a lab with ${taken[0].replace(/,$/, '')} already`);
  const places = { lab: join(root, 'labs', folder), solution: join(root, 'solutions', folder) };
  for (const place of Object.values(places)) if (existsSync(place)) throw new Error(`${place} is there already`);

  const titleText = title.includes("'") ? JSON.stringify(title) : `'${title.replaceAll('\\', '\\\\')}'`;
  const facts: Readonly<Record<string, string>> = { number: String(number), name, title, titleText, folder };
  const written: string[] = [];
  for (const file of globSync('**/*.txt', { cwd: template }).sort()) {
    const [kind = '', ...path] = file
      .replaceAll('\\', '/')
      .replace(/\.txt$/, '')
      .split('/');
    const target = join(places[kind as keyof typeof places], ...path);
    const text = readFileSync(join(template, file), 'utf8').replace(
      /\{\{(\w+)\}\}/g,
      (_, fact: string) => facts[fact]!,
    );
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    written.push(target);
  }
  const line = `  {\n    number: ${number},\n    name: '${name}',\n    folder: '${folder}',\n    title: ${titleText},\n    load: () => import('./${folder}/lab.ts'),\n  },\n`;
  insert(catalog, /^export const labs[\s\S]*?(?=^\];)/m, line);
  return [...written, catalog];
}

/** The number after the last one. */
export function nextNumber(root: string): number {
  const text = readFileSync(join(root, 'labs/catalog.ts'), 'utf8');
  return Math.max(0, ...[...text.matchAll(/number: (\d+),/g)].map((match) => Number(match[1]))) + 1;
}

function insert(file: string, before: RegExp, text: string): void {
  const whole = readFileSync(file, 'utf8');
  const found = before.exec(whole);
  if (found === null) throw new Error(`${file}: the list to add the lab to is not there any more`);
  writeFileSync(
    file,
    whole.replace(found[0], () => found[0] + text),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { number: { type: 'string' }, title: { type: 'string' } },
    allowPositionals: true,
  });
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const [name] = positionals;
  try {
    if (name === undefined || positionals.length > 1 || !/^\d*$/.test(values.number ?? '')) {
      throw new Error('npm run new-lab NAME [-- --title "A title" --number 14]');
    }
    const number = values.number === undefined ? nextNumber(root) : Number(values.number);
    const title = values.title ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
    for (const file of makeLab(root, { number, name, title })) console.log(file);
    console.log(
      `\nFill in what says BLANK, then: npx vitest run labs/lab${number}-${name} labs/texts.test.ts -t "lab ${number},|lab${number}-"`,
    );
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
