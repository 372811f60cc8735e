import type { CatalogEntry } from '../../../labs/catalog.ts';

/** What the name of a file or folder says beside whose it is. */
export interface NameWords {
  /** The lab's folder. */
  readonly lab?: string;
  readonly attempt?: number;
  /** The name without these words and without the ending; empty when nothing is left. */
  readonly rest: string;
}

const endings = /\.(tar(\.(gz|xz|bz2|zst))?|tgz|zip|rar|7z|conf(\.txt)?|tsx?|[cm]?[jt]s|txt|url|webloc|html?)$/i;

/** Reads `ada_lab3_attempt2.conf` as lab 3, attempt 2, and `ada`. A lab goes by `lab3`, `lab-3` or its folder. */
export function readName(name: string, labs: readonly CatalogEntry[]): NameWords {
  let rest = name.replace(endings, '');
  let lab: string | undefined;
  let attempt: number | undefined;
  for (const entry of labs) {
    if (lab !== undefined) break;
    const pattern = new RegExp(
      `(^|[^a-z0-9])(${entry.folder}|lab[ _-]?0*${entry.number}(?![0-9]))(?=$|[^a-z0-9])`,
      'i',
    );
    if (!pattern.test(rest)) continue;
    lab = entry.folder;
    rest = rest.replace(pattern, '$1');
  }
  const number = /(^|[^a-z0-9])(?:attempt|versuch|version|try|v)[ _-]?(\d{1,3})(?=$|[^a-z0-9])/i;
  const found = number.exec(rest);
  if (found !== null) {
    attempt = Number(found[2]);
    rest = rest.replace(number, '$1');
  }
  rest = rest.replace(/^[\s_.-]+|[\s_.-]+$/g, '');
  return { ...(lab !== undefined && { lab }), ...(attempt !== undefined && { attempt }), rest };
}
