import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directivesOf, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { type Taken, takenBy } from '../request-facts.ts';

const isList = (path: string): boolean => path.startsWith('/discover');

/** Who took the list that a failure is about. */
function list(failure: Case): Taken | undefined {
  return takenBy(failure, ({ request }) => isList(request.path));
}

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

const noCache: Rule = {
  name: 'nothing is kept where /discover goes',
  explains: ['8.hit', '8.one-request', '8.stale', '8.status-header'],
  find(failure) {
    const taken = list(failure);
    const cache = taken && inherited(taken.blocks, 'proxy_cache');
    if (taken?.location === undefined || (cache !== undefined && words(cache)[0] !== 'off')) return undefined;
    const because = `\`${written(taken.location)}\` took ${taken.path}, and no \`proxy_cache\` counts for it`;
    return finding(failure, cache ?? taken.location.directive, because);
  },
};

/** A rule about one directive that counts for /discover; `wrong` says what is wrong with its words, `undefined`: with its absence. */
function about(
  name: string,
  explains: readonly string[],
  wrong: (given: readonly string[] | undefined, line: Directive | undefined) => string | undefined,
): Rule {
  return {
    name,
    explains: explains.map((slug) => `8.${slug}`),
    find(failure) {
      const taken = list(failure);
      const cache = taken && inherited(taken.blocks, 'proxy_cache');
      if (taken === undefined || cache === undefined) return undefined;
      const line = inherited(taken.blocks, name);
      const because = wrong(line && words(line), line);
      return because === undefined ? undefined : finding(failure, line ?? cache, because);
    },
  };
}

const key = about('proxy_cache_key', ['hit', 'query'], (given) => {
  const text = given?.[0] ?? '';
  if (/remote_addr|cookie|request_id|http_user_agent|connection/.test(text))
    return `the key \`${text}\` has the visitor in it: each has entries of his own`;
  if (given !== undefined && !/request_uri|args|query_string/.test(text)) return `the key \`${text}\` lacks the query`;
  return undefined;
});

const minUses = about('proxy_cache_min_uses', ['hit'], (given) =>
  given !== undefined && Number(given[0]) > 1 ? `an answer is kept only after ${given[0]} requests for it` : undefined,
);

const valid = about('proxy_cache_valid', ['hit', 'errors', 'expires', 'methods'], (given) => {
  if (given === undefined)
    return 'there is no `proxy_cache_valid`, and the application does not say how long its answers are good';
  const time = given.at(-1) ?? '';
  if (given.includes('any')) return '`any` keeps errors as well';
  const error = given.slice(0, -1).find((status) => /^[45]/.test(status));
  if (error !== undefined) return `answers with status ${error} are kept as well`;
  return /^5s?$/.test(time) ? undefined : `answers are kept for ${time}; the lab asks for 5s`;
});

const keptMethods = about('proxy_cache_methods', ['methods'], (given) =>
  given?.includes('POST') ? '`POST` is among the methods whose answers are kept' : undefined,
);

const tooWide: Rule = {
  name: 'other pages are kept as well',
  explains: ['8.methods'],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => !isList(request.path));
    const cache = taken && inherited(taken.blocks, 'proxy_cache');
    if (taken === undefined || cache === undefined) return undefined;
    const inLocation = directivesOf(taken.location?.directive.block).includes(cache);
    const where = inLocation ? `\`${written(taken.location!)}\`` : 'the server, and counts for all of its locations';
    return finding(failure, cache, `this stands in ${where}: ${taken.path} is kept, too`);
  },
};

const header: Rule = {
  name: 'the header does not say what the cache did',
  explains: ['8.status-header'],
  find(failure) {
    const taken = list(failure);
    if (taken === undefined) return undefined;
    for (const block of taken.blocks) {
      const own = directivesOf(block?.block).filter(({ name }) => name === 'add_header');
      const line = own.find((one) => /^x-cache-status$/i.test(words(one)[0] ?? ''));
      if (line !== undefined) {
        if (words(line)[1] === '$upstream_cache_status') return undefined;
        return finding(failure, line, `the header says \`${words(line)[1]}\`, which is not what the cache did`);
      }
      // Headers of the outer level are lost to a level that has its own.
      if (own.length > 0) break;
    }
    if (taken.location === undefined) return undefined;
    return finding(failure, taken.location.directive, 'no `add_header X-Cache-Status` counts for this location');
  },
};

const lock = about('proxy_cache_lock', ['one-request'], (given) =>
  given?.[0] === 'on' ? undefined : 'without `proxy_cache_lock on` all who miss go to the application',
);

const useStale = about('proxy_cache_use_stale', ['stale'], (given) =>
  given?.includes('error')
    ? undefined
    : '`proxy_cache_use_stale` does not name `error`: an application that refuses connections',
);

const ignores = about('proxy_ignore_headers', ['private'], (given) =>
  given === undefined ? undefined : `nginx is told not to listen to ${given.join(' and ')}`,
);

const bypass = about('proxy_cache_bypass', ['authorization'], (given) =>
  given?.some((word) => word.includes('$http_authorization'))
    ? undefined
    : 'no `proxy_cache_bypass` looks at `$http_authorization`: such a request is answered from the cache',
);

const noStore = about('proxy_no_cache', ['authorization'], (given) =>
  given?.some((word) => word.includes('$http_authorization'))
    ? undefined
    : 'no `proxy_no_cache` looks at `$http_authorization`: the answer to such a request is kept for others',
);

export const cacheRules: readonly Rule[] = [
  noCache,
  key,
  minUses,
  keptMethods,
  tooWide,
  valid,
  header,
  lock,
  useStale,
  ignores,
  bypass,
  noStore,
];
