import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directive, directivesOf, everywhere, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

/** A line of the configuration, wherever it stands, with this word in it. */
function lineWith({ configuration }: Case, name: string, word: string): Directive | undefined {
  return everywhere(configuration.directives, name).find((one) => words(one).some((text) => text.includes(word)));
}

const unreadableList: Rule = {
  name: 'the list of users cannot be read',
  explains: ['9.admits', '9.refuses'],
  find(failure) {
    const taken = takenBy(failure);
    const list = taken && inherited(taken.blocks, 'auth_basic_user_file');
    const named = words(list)[0]?.split('/').at(-1);
    const file = failure.errorLog
      .map((line) => /open\(\) "([^"]*)" failed \(\d+: ([^)]*)\)/.exec(line))
      .findLast((found) => found !== null && found[1]!.split('/').at(-1) === named);
    if (list === undefined || !file || taken?.response.status !== 403) return undefined;
    return finding(failure, list, `the list of users, ${file[1]}, can't be read: ${file[2]}`);
  },
};

const asWritten: Rule = {
  name: 'the path is compared as the client wrote it',
  explains: ['9.no-way-round'],
  find(failure) {
    const line = lineWith(failure, 'map', '$request_uri') ?? lineWith(failure, 'if', '$request_uri');
    if (line === undefined) return undefined;
    const because = '`$request_uri` is the path as the client wrote it, and one path can be written in many ways';
    return finding(failure, line, because);
  },
};

const decodedTwice: Rule = {
  name: 'the application gets a decoded path',
  explains: ['9.no-way-round'],
  find(failure) {
    const path = failure.responses.at(-1)?.request.path ?? '';
    const line = everywhere(failure.configuration.directives, 'proxy_pass').find((one) =>
      /\$(uri|document_uri)\b/.test(words(one)[0] ?? ''),
    );
    if (line === undefined || !path.includes('%25')) return undefined;
    return finding(failure, line, '`$uri` is decoded already, and the application decodes it once more');
  },
};

const slashesNotMerged: Rule = {
  name: 'merge_slashes is off',
  explains: ['9.no-way-round'],
  find(failure) {
    const path = failure.responses.at(-1)?.request.path ?? '';
    const line = lineWith(failure, 'merge_slashes', 'off');
    if (line === undefined || !path.includes('//')) return undefined;
    return finding(failure, line, 'doubled slashes stay as they are here, and no location begins with //admin/');
  },
};

const someMethods: Rule = {
  name: 'the password is for some methods only',
  explains: ['9.asks', '9.no-way-round'],
  find(failure) {
    const taken = takenBy(failure);
    const line = taken?.location && directive(taken.location.directive, 'limit_except');
    if (line === undefined || directive(line, 'auth_basic') === undefined) return undefined;
    const methods = words(line);
    const free = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    if (!free.includes(taken!.response.request.method)) return undefined;
    return finding(failure, line, `this counts for all methods except ${free.join(', ')}`);
  },
};

const enoughByAddress: Rule = {
  name: 'one of two conditions is enough, and it is met',
  explains: ['9.asks', '9.refuses', '9.from-inside'],
  find(failure) {
    const taken = takenBy(failure);
    const satisfy = taken && inherited(taken.blocks, 'satisfy');
    const allow = directivesOf(taken?.location?.directive.block).find(({ name }) => name === 'allow');
    if (taken === undefined || allow === undefined) return undefined;
    const { status } = taken.response;
    if (words(satisfy)[0] === 'any') {
      if (status >= 300 || failure.objective.id.endsWith('from-inside')) return undefined;
      const because = `with \`satisfy any\` an address is enough, and \`allow ${words(allow)[0]}\` lets this one in`;
      return finding(failure, allow, because);
    }
    if (status !== 403 && !failure.objective.id.endsWith('from-inside')) return undefined;
    const because = 'without `satisfy any` a visitor has to meet both conditions: the address and the password';
    return finding(failure, allow, because);
  },
};

const otherStatus: Rule = {
  name: 'a page for the refusal changes its status',
  explains: ['9.asks'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status !== 401);
    const page = taken && inherited(taken.blocks, 'error_page');
    if (page === undefined || !words(page).includes('401') || !words(page).some((word) => word.startsWith('=')))
      return undefined;
    return finding(failure, page, 'this page for 401 changes the status, and no browser asks for a password then');
  },
};

const nobodyAsks: Rule = {
  name: 'no auth_basic counts for the page',
  explains: ['9.asks', '9.refuses', '9.no-way-round'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status !== 401);
    if (taken?.location === undefined) return undefined;
    const basic = inherited(taken.blocks, 'auth_basic');
    if (basic === undefined || words(basic)[0] === 'off') {
      const because = `\`${written(taken.location)}\` took ${taken.path}, and no \`auth_basic\` counts for it`;
      return finding(failure, basic ?? taken.location.directive, because);
    }
    if (inherited(taken.blocks, 'auth_basic_user_file') === undefined)
      return finding(failure, basic, 'there is no `auth_basic_user_file`, so nobody is asked for anything');
    const realm = words(basic)[0] ?? '';
    if (!realm.startsWith('$')) return undefined;
    const map = everywhere(failure.configuration.directives, 'map').find((one) => words(one)[1] === realm);
    return map && finding(failure, map, `where \`${realm}\` is \`off\`, nobody is asked`);
  },
};

const tooMuchAsks: Rule = {
  name: 'auth_basic counts for everything',
  explains: ['9.open', '9.session'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 401 || status === 403);
    const basic = taken && inherited(taken.blocks, 'auth_basic');
    if (basic === undefined || words(basic)[0] === 'off') return undefined;
    if (directivesOf(taken?.location?.directive.block).includes(basic)) {
      const because = `\`${written(taken!.location!)}\` took ${taken!.path}`;
      return finding(failure, taken!.location!.directive, because);
    }
    const inServer = directivesOf(taken?.server?.directive.block).includes(basic);
    const where = inServer
      ? 'in the server, so it counts for all of its locations'
      : 'outside of the servers, so it counts for all of them';
    return finding(failure, basic, `this stands ${where}`);
  },
};

const passwordInLog: Rule = {
  name: 'the header with the password is written down',
  explains: ['9.stays-secret'],
  find(failure) {
    const line = lineWith(failure, 'log_format', '$http_authorization') ?? lineWith(failure, 'log_format', '$http_');
    return line && finding(failure, line, '`$http_authorization` is the header as it came, with the password in it');
  },
};

const believesHeaders: Rule = {
  name: 'the address of the client is what a header says',
  explains: ['9.from-inside'],
  find(failure) {
    const line = everywhere(failure.configuration.directives, 'set_real_ip_from')[0];
    return line && finding(failure, line, 'whoever comes from here is believed when a header names another address');
  },
};

const otherNetwork: Rule = {
  name: 'another network is let in',
  explains: ['9.from-inside'],
  find(failure) {
    const taken = takenBy(failure);
    const allow = directivesOf(taken?.location?.directive.block).find(({ name }) => name === 'allow');
    if (taken?.location === undefined) return undefined;
    if (allow === undefined)
      return finding(failure, taken.location.directive, `\`${written(taken.location)}\` has no \`allow\``);
    if (words(allow)[0] === '127.0.1.0/24') return undefined;
    return finding(failure, allow, `\`${words(allow)[0]}\` isn't the network of the house, 127.0.1.0/24`);
  },
};

const noQuestion: Rule = {
  name: 'the application is not asked about the visitor',
  explains: ['9.session'],
  find(failure) {
    const taken = takenBy(failure);
    if (taken?.location === undefined) return undefined;
    const question = inherited(taken.blocks, 'auth_request');
    if (question === undefined)
      return finding(failure, taken.location.directive, `\`${written(taken.location)}\` has no \`auth_request\``);
    const cache = everywhere(failure.configuration.directives, 'proxy_cache')[0];
    if (cache !== undefined)
      return finding(failure, cache, 'an answer that is kept says nothing about the next visitor');
    const headers = lineWith(failure, 'proxy_pass_request_headers', 'off');
    if (headers !== undefined) return finding(failure, headers, 'the question goes out without the cookie');
    return finding(failure, question, 'look at where the location of this name leads: it has to be /session');
  },
};

export const authenticationRules: readonly Rule[] = [
  unreadableList,
  asWritten,
  decodedTwice,
  slashesNotMerged,
  someMethods,
  otherStatus,
  enoughByAddress,
  nobodyAsks,
  tooMuchAsks,
  passwordInLog,
  believesHeaders,
  otherNetwork,
  noQuestion,
];
