import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const files = globSync('{proxy,grader,labs,solutions}/**/*.ts', { cwd: root }).map((file) =>
  file.replaceAll('\\', '/'),
);
const product = files.filter((file) => !/\.test\.ts$|\/testing\/|\/bench\//.test(file));

const packageImports: Record<string, string> = { '#proxy': 'proxy/index.ts', '#grader': 'grader/index.ts' };

/** What a file imports, types included: files of the project by their path from the root, packages by name. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm),
  ];
  return specifiers.map((match) => {
    const specifier = (match[1] ?? match[2] ?? match[3])!;
    if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier)).replaceAll('\\', '/');
    return packageImports[specifier] ?? specifier;
  });
}

/** What a file imports for its types alone. */
function typeImportsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/^\s*(?:import|export) type\b[^'"`;]*?from\s+'(\.[^']+)'/gm)].map(
    (match) => match[1]!,
  );
  return specifiers.map((specifier) => normalize(join(dirname(file), specifier)).replaceAll('\\', '/'));
}

const isProjectFile = (path: string) => /^(proxy|grader|labs|solutions)\//.test(path);

/** In a list of layers each may import what stands before it, and itself. */
function forbiddenUpward(files: readonly string[], layerOf: (file: string) => number): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((target) => isProjectFile(target) && layerOf(target) > layerOf(file))
      .map((target) => `${file} imports ${target}`),
  );
}

describe('who may import whom', () => {
  it('proxy depends on Node and on itself alone', () => {
    const outside = product
      .filter((file) => file.startsWith('proxy/'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !target.startsWith('proxy/') && !target.startsWith('node:'))
          .map((target) => `${file} imports ${target}`),
      );
    expect(outside).toEqual([]);
  });

  it('each part of proxy imports only what stands before it', () => {
    const layers = ['config', 'routing', 'http', 'upstream', 'modules', 'process'];
    const layerOf = (file: string) => {
      const folder = file.split('/')[1]!;
      return layers.includes(folder) ? layers.indexOf(folder) : layers.length;
    };
    expect(
      forbiddenUpward(
        product.filter((file) => file.startsWith('proxy/')),
        layerOf,
      ),
    ).toEqual([]);
  });

  it('modules of the proxy never import one another', () => {
    const modules = product.filter((file) => /^proxy\/modules\/[^/]+\.ts$/.test(file) && !file.endsWith('/index.ts'));
    const rings = modules.flatMap((file) =>
      importsOf(file)
        .filter((target) => modules.includes(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(rings).toEqual([]);
  });

  it('the grader knows of the proxy only how to read a configuration', () => {
    const reached = product
      .filter((file) => file.startsWith('grader/'))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => target.startsWith('proxy/') && !target.startsWith('proxy/config/'))
          .map((target) => `${file} imports ${target}`),
      );
    expect(reached).toEqual([]);
  });

  it('a lab imports the grader through its face alone, and the objectives of earlier labs', () => {
    const numberOf = (file: string) => Number(/^labs\/lab(\d+)-/.exec(file)?.[1]);
    const reached = product
      .filter((file) => /^labs\/lab\d+-[^/]+\/(?!start\/)/.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter(
            (target) =>
              isProjectFile(target) &&
              target !== 'grader/index.ts' &&
              !target.startsWith(`${dirname(file).split('/').slice(0, 2).join('/')}/`) &&
              !(numberOf(target) < numberOf(file)),
          )
          .map((target) => `${file} imports ${target}`),
      );
    expect(reached).toEqual([]);
  });

  it('a solution imports the proxy through its face alone', () => {
    const reached = product
      .filter((file) => /^solutions\/|^labs\/[^/]+\/start\//.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !target.startsWith('node:') && target !== 'proxy/index.ts')
          .map((target) => `${file} imports ${target}`),
      );
    expect(reached).toEqual([]);
  });

  it('has no cycles at run time, and none of types across folders', () => {
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of importsOf(file)) {
        const sameRoom = dirname(target) === dirname(file) && typeImportsOf(file).includes(target);
        if (product.includes(target) && !sameRoom) visit(target, [...path, file]);
      }
      done.add(file);
    };
    for (const file of product) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('runs on the oldest Node that package.json allows, which has no `using`', () => {
    const newer = product.filter((file) => /^\s*(await )?using \w+ =/m.test(readFileSync(join(root, file), 'utf8')));
    expect(newer).toEqual([]);
  });
});
