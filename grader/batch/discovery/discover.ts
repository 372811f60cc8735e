import { copyFileSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { CatalogEntry } from '../../../labs/catalog.ts';
import type { SubmissionProblem } from '../graded.ts';
import { type Content, type Found, unknown } from './found.ts';
import { canvasName, classroomAssignment, classroomName, moodleName, type Owner } from './owner.ts';
import { isArchive, isDocument, isJunk, isTree, recogniseFile, recogniseFolder, type Starter } from './recognise.ts';
import { readName } from './words.ts';

/**
 * Unpacks an archive of one student or of a whole class into a folder that doesn't exist yet; says why when it can't or
 * won't, and then leaves nothing behind.
 */
export type Extract = (
  archive: string,
  into: string,
  of: 'student' | 'class',
) => Promise<SubmissionProblem | undefined>;

export interface DiscoveryOptions {
  readonly labs: readonly CatalogEntry[];
  readonly extract: Extract;
  /** An empty folder for what archives hold. */
  readonly workFolder: string;
  /** The starter's files of a lab. */
  readonly starter: (lab: string | undefined) => Starter;
}

/** What is known about a submission on the way down to it. */
interface Context {
  readonly owners?: readonly Owner[];
  readonly lab?: string;
  readonly attempt?: number;
  readonly submittedAt?: string;
  readonly markedLate?: boolean;
}

/**
 * Finds the submissions in a folder or an archive: exports of Moodle, Canvas, Gradescope and GitHub Classroom, or folders and
 * files named after students, labs and attempts. Everything in it is found or is a submission with a problem; what systems
 * leave behind and accompanying documents aside, nothing is passed over.
 */
export async function discover(place: string, options: DiscoveryOptions): Promise<readonly Found[]> {
  const search = new Search(options);
  if (lstatSync(place).isDirectory()) await search.container({ place, source: '' }, {});
  else await search.entry({ place, source: path.basename(place) }, {}, true);
  return search.found;
}

/** A file or folder, and its path as reports show it. */
interface Spot {
  readonly place: string;
  readonly source: string;
}

class Search {
  readonly found: Found[] = [];
  readonly #options: DiscoveryOptions;
  #places = 0;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** A folder that holds what several students handed in. */
  async container(spot: Spot, context: Context): Promise<void> {
    const entries = entriesOf(spot.place);
    if (entries.includes('submission_metadata.yml')) return this.#gradescope(spot, context, entries);
    const assignment = classroomAssignment(path.basename(spot.place), entries);
    const within = assignment === undefined ? context : merged(context, readName(assignment, this.#options.labs));
    for (const entry of entries) {
      const login = assignment === undefined ? undefined : classroomName(entry, assignment);
      if (login === undefined) await this.entry(inside(spot, entry), within);
      else await this.#owned(inside(spot, entry), { ...within, owners: [login.owner] });
    }
  }

  /** Something in a container: a student's, or a smaller container; `whole` when it is all that there is. */
  async entry(spot: Spot, context: Context, whole = false): Promise<void> {
    const name = path.basename(spot.place);
    const exported = moodleName(name) ?? canvasName(name);
    if (exported !== undefined) {
      const words = readName(exported.rest, this.#options.labs);
      return this.#owned(spot, {
        ...merged(context, words),
        owners: [exported.owner],
        ...(exported.late && { markedLate: true }),
      });
    }
    const words = readName(name, this.#options.labs);
    const next = merged(context, words);
    if (isFolder(spot.place)) {
      if (isContainer(spot.place, words.rest)) return this.container(spot, next);
    } else if (isArchive(name)) {
      const unpacked = await this.#unpack(spot, whole || isContainerName(words.rest) ? 'class' : 'student');
      if (typeof unpacked !== 'string') return this.#add(spot, { ...next, owners: [{ name: words.rest }] }, unpacked);
      const below = { place: unpacked, source: `${spot.source}!` };
      if (isContainer(unpacked, words.rest)) return this.container(below, next);
      return this.#ownedFolder(below, { ...next, owners: [{ name: words.rest }] });
    } else if (isDocument(name) || /\.(csv|ya?ml|json|html?)$/i.test(name)) return;
    const whose = isFolder(spot.place) ? words.rest : words.rest.replace(/\.[a-z\d]{1,4}$/i, '');
    await this.#owned(spot, { ...next, owners: [{ name: whose === '' ? name : whose }] });
  }

  async #gradescope(spot: Spot, context: Context, entries: readonly string[]): Promise<void> {
    const { readGradescope } = await import('./gradescope.ts');
    for (const { folder, owners, submittedAt } of readGradescope(spot.place)) {
      const next = { ...context, owners, ...(submittedAt !== undefined && { submittedAt }) };
      const below = inside(spot, folder);
      if (entries.includes(folder)) await this.#owned(below, next);
      else this.#add(below, next, unknown('empty', 'the export has no folder for this submission'));
    }
  }

  /** A file, archive or folder of one student. */
  async #owned(spot: Spot, context: Context): Promise<void> {
    const name = path.basename(spot.place);
    if (isFolder(spot.place)) return this.#ownedFolder(spot, context);
    if (!isArchive(name)) return this.#add(spot, context, this.#alone(recogniseFile(spot.place)));
    const unpacked = await this.#unpack(spot, 'student');
    if (typeof unpacked !== 'string') return this.#add(spot, context, unpacked);
    return this.#ownedFolder({ place: unpacked, source: `${spot.source}!` }, context);
  }

  async #ownedFolder(spot: Spot, context: Context): Promise<void> {
    const entries = entriesOf(spot.place);
    const { labs, starter } = this.#options;
    const recognise = () => this.#add(spot, context, recogniseFolder(spot.place, entries, starter(context.lab)));
    if (entries.includes('workspace') && entries.includes('labs'))
      return this.#ownedFolder(inside(spot, 'workspace'), context);
    if (entries.includes('etc') && isFolder(path.join(spot.place, 'etc/nginx')))
      return this.#ownedFolder(inside(inside(spot, 'etc'), 'nginx'), context);
    if (isTree(entries)) return recognise();

    const parts = entries
      .filter((entry) => !isDocument(entry))
      .map((entry) => ({ entry, words: readName(entry, labs) }));
    const [only] = parts;
    const deeper = (entry: string) => isFolder(path.join(spot.place, entry)) || isArchive(entry);
    if (parts.length === 1 && only !== undefined && deeper(only.entry))
      return this.#owned(inside(spot, only.entry), merged(context, only.words));
    // Several labs, or several attempts, of one student.
    const labelled = parts.filter(({ words }) => words.lab !== undefined);
    const severalLabs = new Set(labelled.map(({ words }) => words.lab)).size > 1;
    if (
      labelled.length > 0 &&
      (severalLabs || context.lab === undefined || labelled.every(({ entry }) => deeper(entry)))
    )
      return this.#each(spot, context, labelled);
    const attempts = parts.filter(
      ({ entry, words }) => isAttempt(words) || (deeper(entry) && /^\d{1,3}$/.test(words.rest)),
    );
    if (attempts.length > 0 && attempts.length === parts.length) return this.#each(spot, context, attempts);
    const folders = parts.filter(({ entry }) => deeper(entry));
    const files = parts.length - folders.length;
    if (files === 0 && folders.length > 1 && context.owners !== undefined)
      return this.#add(spot, context, unknown('unrecognised', severalFolders(folders), spot.place));
    return recognise();
  }

  async #each(
    spot: Spot,
    context: Context,
    parts: readonly { entry: string; words: ReturnType<typeof readName> }[],
  ): Promise<void> {
    for (const { entry, words } of parts) {
      const number = /^\d{1,3}$/.test(words.rest) ? Number(words.rest) : undefined;
      const next = merged(context, words);
      await this.#owned(inside(spot, entry), {
        ...next,
        ...(next.attempt === undefined && number !== undefined && { attempt: number }),
      });
    }
  }

  /** The folder into which an archive was unpacked, or why it wasn't. */
  async #unpack(spot: Spot, of: 'student' | 'class'): Promise<string | Content> {
    if (lstatSync(spot.place).isSymbolicLink()) return recogniseFile(spot.place);
    const into = this.#newPlace();
    const problem = await this.#options.extract(spot.place, into, of);
    return problem === undefined ? into : { kind: 'unknown', problem, path: spot.place };
  }

  /** A program gets a folder of its own: what lies beside it belongs to others. */
  #alone(content: Content): Content {
    if (content.kind !== 'program') return content;
    const folder = this.#newPlace();
    mkdirSync(folder);
    const copy = path.join(folder, path.basename(content.path));
    copyFileSync(content.path, copy);
    return { ...content, path: copy };
  }

  #newPlace(): string {
    return path.join(this.#options.workFolder, String(++this.#places));
  }

  #add(spot: Spot, { owners = [], ...facts }: Context, content: Content): void {
    for (const owner of owners) this.found.push({ ...facts, owner, source: spot.source, content });
  }
}

function entriesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !isJunk(name))
    .sort();
}

function isFolder(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function inside(spot: Spot, entry: string): Spot {
  return { place: path.join(spot.place, entry), source: spot.source === '' ? entry : `${spot.source}/${entry}` };
}

/** What a name adds to what is known; an outer lab gives way to the inner one. */
function merged(context: Context, { lab, attempt }: { readonly lab?: string; readonly attempt?: number }): Context {
  return { ...context, ...(lab !== undefined && { lab }), ...(attempt !== undefined && { attempt }) };
}

const isAttempt = ({ attempt, rest }: ReturnType<typeof readName>): boolean => attempt !== undefined && rest === '';

/** Whether a folder holds many students' work: an export, or one named after a lab alone. */
function isContainer(folder: string, rest: string): boolean {
  const entries = entriesOf(folder);
  if (entries.includes('submission_metadata.yml')) return true;
  if (entries.some((entry) => moodleName(entry) !== undefined || canvasName(entry) !== undefined)) return true;
  if (classroomAssignment(path.basename(folder), entries) !== undefined) return true;
  return isContainerName(rest) && !isTree(entries);
}

/** What is left of a name that tells of many students' work: nothing beside the lab, or a system's own word. */
const isContainerName = (rest: string): boolean =>
  rest === '' || /^(submissions?|abgaben|assignment_\d+_export|export)$/i.test(rest);

function severalFolders(folders: readonly { readonly entry: string }[]): string {
  return `several folders, and none is named after a lab or an attempt: ${folders
    .slice(0, 5)
    .map(({ entry }) => entry)
    .join(', ')}`;
}
