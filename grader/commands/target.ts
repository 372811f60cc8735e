import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TargetFacts } from '../result.ts';
import type { TargetSpec } from '../target/target.ts';
import { openWorkplace, solutionFolder } from '../workspace/index.ts';
import { type CatalogEntry, existingPath, shownPath } from './labs.ts';
import { UsageError } from './usage.ts';

/** What the options of `check`, `watch` and `serve` say about what to grade. */
export interface TargetOptions {
  readonly config?: string;
  readonly build?: boolean;
  readonly program?: string;
  readonly command?: string;
  readonly target?: string;
  readonly solution?: boolean;
  readonly engine?: string;
}

/** One thing to grade. */
export interface Chosen {
  readonly spec: TargetSpec;
  /** What the result says when the target can't even be opened. */
  readonly facts: TargetFacts;
  /** The student's own folder, when that is what is graded. */
  readonly workplace: string | undefined;
  /** Whether that folder was made just now. */
  readonly created: boolean;
}

/** The things to grade: one, or two with `--engine both`. Throws UsageError when options contradict one another. */
export async function chooseTargets(
  lab: Pick<CatalogEntry, 'number' | 'folder'>,
  options: TargetOptions,
): Promise<readonly Chosen[]> {
  const named = (['config', 'program', 'command', 'target'] as const).filter((name) => options[name] !== undefined);
  const ways = [...named, ...(options.build ? ['build'] : []), ...(options.solution ? ['solution'] : [])];
  const both = ways.filter((way) => way !== 'build' || !options.solution);
  if (both.length > 1)
    throw new UsageError(`Only one of ${both.map((way) => `--${way}`).join(' and ')} can be graded at a time.`);
  const engines = chooseEngines(options, ways);

  if (options.target !== undefined) return [live(options.target)];
  if (options.command !== undefined) return [started({ kind: 'command', command: options.command }, options.command)];
  if (options.program !== undefined) {
    const file = existingPath(options.program, '--program');
    return [started({ kind: 'program', file }, shownPath(file))];
  }
  if (options.config !== undefined)
    return engines.map((engine) => configuration(existingPath(options.config ?? '', '--config'), engine));

  const place = options.solution ? undefined : await openWorkplace(lab.folder);
  const folder = place?.path ?? solutionFolder(lab.folder);
  const extra = { workplace: place?.path, created: place?.created ?? false };
  const kind = options.solution ? { kind: 'solution' as const } : {};
  if (options.build) {
    const file = need(join(folder, 'proxy.ts'), lab);
    const { spec, facts } = started({ kind: 'program', file }, shownPath(file));
    return [{ spec, facts: { ...facts, ...kind }, ...extra }];
  }
  const path = need(existsSync(join(folder, 'nginx.conf')) ? folder : join(folder, 'conf.d'), lab);
  const config = confFile(path);
  return engines.map((engine) => {
    const { spec, facts } = configuration(config, engine);
    return { spec, facts: { ...facts, ...kind }, ...extra };
  });
}

function chooseEngines(options: TargetOptions, ways: readonly string[]): readonly ('reference' | 'nginx')[] {
  const { engine = 'reference' } = options;
  if (options.engine !== undefined && ways.some((way) => ['build', 'program', 'command', 'target'].includes(way)))
    throw new UsageError('--engine is for configurations: a program or a live server is its own engine.');
  if (engine === 'both') return ['reference', 'nginx'];
  if (engine === 'reference' || engine === 'nginx') return [engine];
  throw new UsageError(`--engine: there is no engine "${engine}". There are reference, nginx and both.`);
}

function live(text: string): Chosen {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    const guess = URL.parse(`http://${text}`);
    const advice = !text.includes('://') && guess !== null ? `; is it http://${guess.host}?` : '';
    throw new UsageError(`--target: "${text}" is no address like http://HOST or http://HOST:PORT${advice}`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new UsageError(
      `--target: a lab asks for paths of its own. Give the server alone: ${url.protocol}//${url.host}`,
    );
  return {
    spec: { kind: 'live', url: text },
    facts: { kind: 'live', location: text },
    workplace: undefined,
    created: false,
  };
}

function started(spec: Extract<TargetSpec, { kind: 'program' | 'command' }>, location: string): Chosen {
  return { spec, facts: { kind: spec.kind, location }, workplace: undefined, created: false };
}

function configuration(path: string, engine: 'reference' | 'nginx'): Chosen {
  return {
    spec: { kind: 'configuration', path, engine },
    facts: { kind: 'configuration', engine, location: shownPath(path) },
    workplace: undefined,
    created: false,
  };
}

/** The usual single file is named itself, so that messages name it; several files are taken as the tree they are. */
function confFile(path: string): string {
  const file = join(path, 'default.conf');
  return path.endsWith('conf.d') && existsSync(file) && !hasOthers(path) ? file : path.replace(/[/\\]conf\.d$/, '');
}

function need(path: string, lab: Pick<CatalogEntry, 'number'>): string {
  if (existsSync(path)) return path;
  throw new UsageError(`There is no ${shownPath(path)}. \`npm run reset lab${lab.number}\` brings the starter back.`);
}

function hasOthers(folder: string): boolean {
  return readdirSync(folder).filter((name) => name.endsWith('.conf')).length > 1;
}
