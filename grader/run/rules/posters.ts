import type { Rule } from '../case.ts';
import { blame, directive, words } from '../configuration-model.ts';
import { inherited, locations, readLocation, written } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

const posterPath = (path: string): boolean => path.startsWith('/poster/');

/** The posters have no location of their own. */
const noLocation: Rule = {
  name: 'no location for /poster/',
  explains: [
    '4.posters',
    '4.missing-poster',
    '4.not-the-app',
    '5.https-content',
    '5.arrives',
    '4.caching',
    '4.fallback',
  ],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => posterPath(request.path));
    if (taken?.location === undefined || posterPath(taken.location.pattern)) return undefined;
    if (taken.location.modifier !== '' || directive(taken.location.directive, 'proxy_pass') === undefined)
      return undefined;
    return {
      because: `no location of this server begins with /poster/: \`${written(taken.location)}\` took ${taken.path} and sent it to the application`,
      blame: blame(failure.configuration, taken.location.directive),
    };
  },
};

/** `root` adds the whole path of the request; `alias` replaces the part that the location matched. */
const wrongFolder: Rule = {
  name: 'root or alias leads to another folder',
  explains: ['4.posters', '5.https-content', '5.arrives'],
  find(failure) {
    const taken = takenBy(
      failure,
      ({ request, status }) => posterPath(request.path) && (status === 404 || status === 403),
    );
    if (taken?.location === undefined || directive(taken.location.directive, 'proxy_pass') !== undefined)
      return undefined;
    const alias = directive(taken.location.directive, 'alias');
    const root = alias === undefined ? inherited(taken.blocks, 'root') : undefined;
    const found = alias ?? root;
    const folder = words(found)[0] ?? '';
    if (found === undefined || folder.includes('$')) return undefined;
    const rest =
      alias === undefined || taken.location.modifier !== ''
        ? taken.path
        : taken.path.slice(taken.location.pattern.length);
    if (alias !== undefined && taken.location.modifier !== '' && taken.location.modifier !== '^~') return undefined;
    const looked = folder + rest;
    if (looked === `/usr/share/nginx${taken.path}`) return undefined;
    const how =
      alias === undefined
        ? '`root` adds the whole path of the request'
        : `\`alias\` takes the place of "${taken.location.pattern}"`;
    return { because: `${how}, so the file is looked for at ${looked}`, blame: blame(failure.configuration, found) };
  },
};

/** Behind a regular expression `alias` is all there is of the path: nothing of the request is added to it. */
const aliasIsAll: Rule = {
  name: 'alias of a regular expression that captures nothing',
  explains: ['4.posters', '5.https-content', '5.arrives'],
  find(failure) {
    const taken = takenBy(failure, ({ request, status }) => posterPath(request.path) && status !== 200);
    const alias = taken?.location && directive(taken.location.directive, 'alias');
    if (taken?.location === undefined || alias === undefined || !taken.location.modifier.startsWith('~'))
      return undefined;
    const [folder = ''] = words(alias);
    if (folder.includes('$')) return undefined;
    return {
      because: `with a regular expression \`alias\` is the whole path of the file, so \`${written(taken.location)}\` looks for ${folder} whatever was asked for`,
      blame: blame(failure.configuration, alias),
    };
  },
};

/** `location /poster` with `alias .../poster/` takes `/poster../` too, and alias makes it `.../poster/../`. */
const openGate: Rule = {
  name: 'alias behind a location without its slash',
  explains: ['4.no-escape'],
  find(failure) {
    for (const taken of [takenBy(failure)]) {
      for (const location of taken?.server === undefined ? [] : locations(taken.server.directive)) {
        const alias = directive(location.directive, 'alias');
        if (alias === undefined || !['', '^~'].includes(location.modifier)) continue;
        if (location.pattern.endsWith('/') || !words(alias)[0]?.endsWith('/')) continue;
        return {
          because: `\`${written(location)}\` takes ${location.pattern}../ too, and \`alias\` makes that ${words(alias)[0]}../: the folder above`,
          blame: blame(failure.configuration, location.directive),
        };
      }
    }
    return undefined;
  },
};

/** A regular expression takes paths of the application. */
const greedyPattern: Rule = {
  name: 'a regular expression takes too much',
  explains: ['4.app-still-there'],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => !posterPath(request.path));
    if (taken?.location === undefined || !['~', '~*'].includes(taken.location.modifier)) return undefined;
    if (directive(taken.location.directive, 'proxy_pass') !== undefined) return undefined;
    return {
      because: `\`${written(taken.location)}\` matches ${taken.path}, which is the application's`,
      blame: blame(failure.configuration, taken.location.directive),
    };
  },
};

/** try_files or error_page gives a missing poster to the application. */
const fallsBack: Rule = {
  name: 'a missing poster goes to the application',
  explains: ['4.missing-poster', '4.not-the-app'],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => posterPath(request.path));
    if (taken?.server === undefined || taken.location === undefined) return undefined;
    for (const name of ['try_files', 'error_page']) {
      const found = directive(taken.location.directive, name);
      const last = words(found).at(-1) ?? '';
      if (found === undefined || !last.startsWith('@')) continue;
      const goal = locations(taken.server.directive).find(({ directive: one }) => {
        const { modifier, pattern } = readLocation(one);
        return modifier === '@' && `@${pattern}` === last;
      });
      if (goal === undefined || directive(goal.directive, 'proxy_pass') === undefined) continue;
      return {
        because: `\`${name}\` ends in ${last}, and that sends the request to the application`,
        blame: blame(failure.configuration, found),
      };
    }
    return undefined;
  },
};

/** `error_page 404 =200` says that what is missing is there. */
const missingLooksFine: Rule = {
  name: 'error_page changes 404',
  explains: ['4.missing-poster', '4.fallback'],
  find(failure) {
    const taken = takenBy(failure, ({ request, status }) => posterPath(request.path) && status !== 404);
    const page = taken && inherited(taken.blocks, 'error_page');
    const changed = words(page).find((word) => /^=\d*$/.test(word));
    if (page === undefined || changed === undefined || !words(page).includes('404')) return undefined;
    return {
      because: `\`${changed}\` in \`error_page\` changes the status 404`,
      blame: blame(failure.configuration, page),
    };
  },
};

/** `return 200` in place of the file. */
const canned: Rule = {
  name: 'return answers in place of the file',
  explains: ['4.posters', '4.missing-poster'],
  find(failure) {
    const taken = takenBy(failure, ({ request, status }) => posterPath(request.path) && status === 200);
    const found = taken?.location && directive(taken.location.directive, 'return');
    if (taken?.location === undefined || found === undefined) return undefined;
    return {
      because: `\`${written(taken.location)}\` answers with \`return\`: no file is read`,
      blame: blame(failure.configuration, found),
    };
  },
};

/** `expires` where the application's answers get it as well. */
const keptFilms: Rule = {
  name: "the application's answers get the posters' lifetime",
  explains: ['4.caching'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken === undefined || posterPath(taken.path)) return undefined;
    const found = inherited(taken.blocks, 'expires');
    if (found === undefined || words(found)[0] === 'off') return undefined;
    return {
      because: `\`expires ${words(found).join(' ')}\` counts for ${taken.path} as well`,
      blame: blame(failure.configuration, found),
    };
  },
};

export const posterRules: readonly Rule[] = [
  noLocation,
  openGate,
  wrongFolder,
  aliasIsAll,
  canned,
  fallsBack,
  missingLooksFine,
  greedyPattern,
  keptFilms,
];
