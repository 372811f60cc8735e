import type { Rule } from '../case.ts';
import { blame, directivesOf, place, words } from '../configuration-model.ts';
import { takenBy } from '../request-facts.ts';

/** The request headers that say who the client is, and what a client can't forge. */
const forwarded: readonly (readonly [header: string, objective: string])[] = [
  ['Host', 'lab2.client-identity'],
  ['X-Real-IP', 'lab2.client-identity'],
  ['X-Forwarded-For', 'lab2.client-identity'],
  ['X-Forwarded-Proto', 'lab2.forwarded-proto'],
];

/** `proxy_set_header` is inherited only by a level that has none of its own. */
const missingHeader: Rule = {
  name: 'proxy_set_header is missing or believes the client',
  explains: ['2.client-identity', '2.forwarded-proto'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken === undefined) return undefined;
    const levels = taken.blocks.map((block) =>
      directivesOf(block?.block).filter(({ name }) => name === 'proxy_set_header'),
    );
    const inForce = levels.find((level) => level.length > 0) ?? [];
    const named = `${failure.objective.expected} ${failure.objective.received}`.toLowerCase();
    for (const [header, objective] of forwarded) {
      if (objective !== failure.objective.id || !new RegExp(`(?<![\\w-])${header}(?![\\w-])`, 'i').test(named))
        continue;
      const set = inForce.find((one) => words(one)[0]?.toLowerCase() === header.toLowerCase());
      const pass = directivesOf(taken.location?.directive.block).find(({ name }) => name === 'proxy_pass');
      if (set === undefined) {
        const outer = levels.flat().find((one) => words(one)[0]?.toLowerCase() === header.toLowerCase());
        const [first] = inForce;
        if (outer !== undefined && first !== undefined)
          return {
            because: `\`proxy_set_header ${header}\` (${place(outer)}) isn't inherited: this level has \`proxy_set_header\` lines of its own`,
            blame: blame(failure.configuration, first),
          };
        return (
          pass && {
            because: `no \`proxy_set_header\` sets ${header} for this location`,
            blame: blame(failure.configuration, pass),
          }
        );
      }
      const value = words(set)[1] ?? '';
      if (header !== 'Host' && value.startsWith('$http_'))
        return {
          because: `\`${value}\` is what the client says of itself: anybody may write there what they like`,
          blame: blame(failure.configuration, set),
        };
    }
    return undefined;
  },
};

/** `add_header` counts for few statuses without `always`, and is lost where a level has its own. */
const hsts: Rule = {
  name: 'Strict-Transport-Security',
  explains: ['5.hsts'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken === undefined) return undefined;
    const levels = taken.blocks.map((block) => directivesOf(block?.block).filter(({ name }) => name === 'add_header'));
    const isHsts = (one: { readonly words: readonly { readonly text: string }[] }): boolean =>
      one.words[0]?.text.toLowerCase() === 'strict-transport-security';
    const inForce = levels.find((level) => level.length > 0) ?? [];
    const set = inForce.find(isHsts);
    const outer = levels.flat().find(isHsts);
    if (taken.port === 80 && set !== undefined)
      return { because: 'this line counts for port 80 as well', blame: blame(failure.configuration, set) };
    if (set === undefined && outer !== undefined && inForce[0] !== undefined)
      return {
        because: `\`add_header\` of the outer level (${place(outer)}) isn't inherited: this level has its own`,
        blame: blame(failure.configuration, inForce[0]),
      };
    if (set !== undefined && taken.response.status >= 400 && !words(set).includes('always'))
      return {
        because: `without \`always\` an answer with status ${taken.response.status} doesn't get the header`,
        blame: blame(failure.configuration, set),
      };
    if (set !== undefined || outer !== undefined || taken.port === 80 || taken.server === undefined) return undefined;
    return {
      because: 'no `add_header` of this server sets Strict-Transport-Security',
      blame: blame(failure.configuration, taken.server.directive),
    };
  },
};

export const headerRules: readonly Rule[] = [missingHeader, hsts];
