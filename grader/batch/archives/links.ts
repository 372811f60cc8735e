import path from 'node:path';
import { Refused, shown } from './refused.ts';

type Known = { readonly path: string; readonly kind: 'file' | 'folder' | 'link' } | undefined;

/** Where a link leads: a path from the folder `from` of the archive, or an absolute one. */
export interface Link {
  readonly from: string;
  readonly target: string;
}

/** Links that may follow one another. */
const mostHops = 20;

/**
 * The file to which a link of the archive leads; undefined when it leads to nothing that could be copied. Links of a
 * copied /etc/nginx name places of the machine that it came from: those into /etc/nginx mean the tree in the archive,
 * those into the package's folders lead nowhere. Throws Refused for any other that leads out.
 */
export function resolveLink(
  link: string,
  links: ReadonlyMap<string, Link>,
  known: (file: string) => Known,
): string | undefined {
  let place = link;
  for (let hops = 0; hops < mostHops; hops++) {
    const { from, target } = links.get(place)!;
    const next = target.startsWith('/') ? absolute(place, target, known) : path.posix.join(from, target);
    if (next === undefined) return undefined;
    if (next === '..' || next.startsWith('../')) throw leadsOut(link, target);
    const found = known(next);
    if (found === undefined || found.path !== next || found.kind === 'folder') return undefined;
    if (found.kind === 'file') return next;
    place = next;
  }
  throw new Refused('refused', `the link ${shown(link)} leads in a circle`);
}

function absolute(link: string, target: string, known: (file: string) => Known): string | undefined {
  const clean = path.posix.normalize(target);
  if (/^\/usr\/(?:share|lib|lib64)\/nginx\//.test(clean)) return undefined;
  const inside = /^\/etc\/nginx\/(.+)/.exec(clean)?.[1];
  if (inside === undefined) throw leadsOut(link, target);
  for (let folder = path.posix.dirname(link); ; folder = path.posix.dirname(folder)) {
    const candidate = path.posix.join(folder, inside);
    if (known(candidate) !== undefined) return candidate;
    if (folder === '.') return undefined;
  }
}

function leadsOut(link: string, target: string): Refused {
  return new Refused('refused', `the link ${shown(link)} leads out of the archive, to ${shown(target)}`);
}
