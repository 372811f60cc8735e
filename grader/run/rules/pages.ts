import type { Rule } from '../case.ts';
import { blame, directive, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

const pages = ['1.welcome-page', '1.index', '1.missing-page', '1.error-page', '1.content-types', '1.conditional'];

/** The answer is written into the configuration. */
const canned: Rule = {
  name: 'return answers in place of a file',
  explains: pages,
  find(failure) {
    const taken = takenBy(failure);
    for (const block of [taken?.server?.directive, taken?.location?.directive]) {
      const found = block && directive(block, 'return');
      if (found === undefined) continue;
      return { because: '`return` answers: no file is read', blame: blame(failure.configuration, found) };
    }
    return undefined;
  },
};

/** Closed without a word, or nobody there. */
const closed: Rule = {
  name: 'return 444',
  explains: ['1.answers'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 0);
    for (const block of [taken?.server?.directive, taken?.location?.directive]) {
      const found = block && directive(block, 'return');
      if (words(found)[0] !== '444' || found === undefined) continue;
      return {
        because: '`return 444` closes the connection without an answer',
        blame: blame(failure.configuration, found),
      };
    }
    return undefined;
  },
};

/** Pages come from another folder than the packaged one. */
const otherRoot: Rule = {
  name: 'root is another folder',
  explains: pages,
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 404 || status === 403);
    if (taken?.location !== undefined && directive(taken.location.directive, 'alias') !== undefined) return undefined;
    const found = taken && inherited(taken.blocks, 'root');
    const folder = words(found)[0]?.replace(/\/+$/, '');
    if (taken === undefined || found === undefined || folder === undefined || folder.includes('$')) return undefined;
    if (folder === '/usr/share/nginx/html') return undefined;
    return {
      because: `the file is looked for at ${folder}${taken.path}, for \`root\` says ${folder}`,
      blame: blame(failure.configuration, found),
    };
  },
};

/** The folder is right, its index has another name. */
const otherIndex: Rule = {
  name: 'index names another file',
  explains: ['1.welcome-page', '1.index'],
  find(failure) {
    const taken = takenBy(failure, ({ request, status }) => request.path === '/' && (status === 403 || status === 404));
    const found = taken && inherited(taken.blocks, 'index');
    if (found === undefined || words(found).includes('index.html')) return undefined;
    return {
      because: `for a folder only ${words(found).join(' or ')} is looked for`,
      blame: blame(failure.configuration, found),
    };
  },
};

/** try_files that ends in a page: nothing is ever missing. */
const neverMissing: Rule = {
  name: 'try_files ends in a page',
  explains: ['1.missing-page'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 200);
    const found = taken && inherited(taken.blocks, 'try_files');
    const last = words(found).at(-1) ?? '';
    if (taken?.location === undefined || found === undefined || last.startsWith('=')) return undefined;
    return {
      because: `\`try_files\` of \`${written(taken.location)}\` ends in ${last}, which is shown for whatever is missing`,
      blame: blame(failure.configuration, found),
    };
  },
};

/** A `types` block of one's own replaces the whole table. */
const typesReplaced: Rule = {
  name: 'types replaces mime.types',
  explains: ['1.content-types'],
  find(failure) {
    const taken = takenBy(failure);
    // Only below http: there mime.types itself is such a block.
    const found = taken && inherited(taken.blocks.slice(0, 2), 'types');
    if (found === undefined) return undefined;
    return {
      because: 'a `types` block replaces the whole table of mime.types: what it does not name has the default type',
      blame: blame(failure.configuration, found),
    };
  },
};

/** `access_log` that says no, or says it in another format. */
const otherLog: Rule = {
  name: 'access_log is off or has another format',
  explains: ['1.access-log'],
  find(failure) {
    const taken = takenBy(failure);
    const found = taken && inherited(taken.blocks, 'access_log');
    const [file = '', format = 'combined'] = words(found);
    if (found === undefined || (file === '/var/log/nginx/access.log' && format === 'main')) return undefined;
    const because =
      file === 'off'
        ? '`access_log off` writes nothing down'
        : file === '/var/log/nginx/access.log'
          ? `the lines have the format "${format}", not "main"`
          : `the lines go to ${file}`;
    return { because, blame: blame(failure.configuration, found) };
  },
};

export const pageRules: readonly Rule[] = [
  canned,
  closed,
  otherIndex,
  otherRoot,
  neverMissing,
  typesReplaced,
  otherLog,
];
