import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directivesOf, httpBlocks, place, words } from '../configuration-model.ts';
import { inherited, written } from '../location-choice.ts';
import { type Taken, takenBy } from '../request-facts.ts';

const isDiscover = (path: string): boolean => path.startsWith('/discover');
const isDownload = (path: string): boolean => path.startsWith('/download/');

/** The value of a parameter: `10` of `burst=10`. */
function parameter(line: Directive | undefined, name: string): string | undefined {
  return words(line)
    .find((word) => word.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** The zone that a limit counts in. */
function zoneOf({ configuration }: Case, name: string, declaration: string): Directive | undefined {
  return httpBlocks(configuration).find(
    (one) => one.name === declaration && parameter(one, 'zone')?.split(':')[0] === name,
  );
}

/** The limit that counts for a request of /discover, its zone, and who took the request. */
function limitOn(failure: Case): { taken: Taken; limit: Directive; zone: Directive | undefined } | undefined {
  const taken = takenBy(failure, ({ request }) => isDiscover(request.path));
  const limit = taken && inherited(taken.blocks, 'limit_req');
  if (taken === undefined || limit === undefined) return undefined;
  return { taken, limit, zone: zoneOf(failure, parameter(limit, 'zone') ?? '', 'limit_req_zone') };
}

function finding(failure: Case, line: Directive, because: string): Finding {
  return { because, blame: blame(failure.configuration, line) };
}

const noLimit: Rule = {
  name: 'nothing limits /discover',
  explains: ['7.limited', '7.burst', '7.per-client', '7.only-discover'],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => isDiscover(request.path));
    if (taken?.location === undefined || inherited(taken.blocks, 'limit_req') !== undefined) return undefined;
    const because = `\`${written(taken.location)}\` took ${taken.path}, and no \`limit_req\` counts for it`;
    return finding(failure, taken.location.directive, because);
  },
};

const wrongStatus: Rule = {
  name: 'refused with 503',
  explains: ['7.limited', '7.burst'],
  find(failure) {
    const taken = takenBy(failure, ({ status, request }) => status === 503 && isDiscover(request.path));
    const limit = taken && inherited(taken.blocks, 'limit_req');
    if (limit === undefined || inherited(taken!.blocks, 'limit_req_status') !== undefined) return undefined;
    return finding(failure, limit, 'without `limit_req_status` nginx refuses with 503');
  },
};

const wrongKey: Rule = {
  name: 'the key is not the address of the client',
  explains: ['7.limited', '7.burst', '7.per-client'],
  find(failure) {
    const zone = limitOn(failure)?.zone;
    const key = words(zone)[0];
    if (zone === undefined || key === undefined || /^\$(binary_)?remote_addr$/.test(key)) return undefined;
    const why = !/remote_addr|\$http_|\$client/.test(key)
      ? 'which is the same for all clients'
      : /uri|args/.test(key)
        ? 'which is another one for each page'
        : 'which is not the address alone that the connection comes from';
    return finding(failure, zone, `the zone counts by \`${key}\`, ${why}`);
  },
};

const wrongBurst: Rule = {
  name: 'another burst than 10',
  explains: ['7.burst', '7.recovers'],
  find(failure) {
    const found = limitOn(failure);
    const burst = parameter(found?.limit, 'burst');
    if (found === undefined || burst === '10') return undefined;
    const because =
      burst === undefined
        ? 'there is no `burst`: of two requests within 200 ms the second is refused'
        : `\`burst=${burst}\`: the lab asks for 10`;
    return finding(failure, found.limit, because);
  },
};

const wrongRate: Rule = {
  name: 'another rate than 5 a second',
  explains: ['7.burst', '7.steady', '7.recovers'],
  find(failure) {
    const zone = limitOn(failure)?.zone;
    const rate = parameter(zone, 'rate');
    if (zone === undefined || rate === '5r/s' || rate === '300r/m') return undefined;
    return finding(failure, zone, `\`rate=${rate ?? '1r/s'}\`: the lab asks for 5 requests a second`);
  },
};

const tooWide: Rule = {
  name: 'the limit counts for more than /discover',
  explains: ['7.only-discover'],
  find(failure) {
    const taken = takenBy(failure, ({ request, status }) => !isDiscover(request.path) && status !== 200);
    const limit = taken && inherited(taken.blocks, 'limit_req');
    if (taken === undefined || limit === undefined) return undefined;
    const inLocation = directivesOf(taken.location?.directive.block).includes(limit);
    const where = inLocation ? `\`${written(taken.location!)}\`` : 'the server, so for all of its locations';
    return finding(failure, limit, `this limit stands in ${where}, and ${taken.path} is counted with the rest`);
  },
};

const noDownloads: Rule = {
  name: 'no location for /download/',
  explains: ['7.downloads-at-once', '7.download-speed'],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => isDownload(request.path));
    if (taken?.location === undefined || isDownload(taken.location.pattern)) return undefined;
    const because = `no location begins with /download/: \`${written(taken.location)}\` took ${taken.path}`;
    return finding(failure, taken.location.directive, because);
  },
};

const downloadLimits: Rule = {
  name: 'downloads are limited in another way',
  explains: ['7.downloads-at-once', '7.download-speed'],
  find(failure) {
    const taken = takenBy(failure, ({ request }) => isDownload(request.path));
    if (taken?.location === undefined) return undefined;
    const name = failure.objective.id.endsWith('speed') ? 'limit_rate' : 'limit_conn';
    const line = inherited(taken.blocks, name);
    if (line === undefined) {
      const because = `\`${written(taken.location)}\` has no \`${name}\``;
      return finding(failure, taken.location.directive, because);
    }
    if (name === 'limit_rate')
      return finding(failure, line, `\`limit_rate ${words(line)[0]}\`: the lab asks for 200k, for downloads alone`);
    const zone = zoneOf(failure, words(line)[0] ?? '', 'limit_conn_zone');
    const key = words(zone)[0];
    if (zone !== undefined && !/^\$(binary_)?remote_addr$/.test(key ?? ''))
      return finding(failure, zone, `the zone counts by \`${key}\`, and not by the address of the client`);
    if (words(line)[1] !== '2') return finding(failure, line, `\`limit_conn\` allows ${words(line)[1]} at a time`);
    if (inherited(taken.blocks, 'limit_conn_status') !== undefined) return undefined;
    return finding(failure, line, `without \`limit_conn_status\` nginx refuses with 503 (${place(line)})`);
  },
};

export const limitRules: readonly Rule[] = [
  noLimit,
  wrongStatus,
  wrongKey,
  tooWide,
  wrongBurst,
  wrongRate,
  noDownloads,
  downloadLimits,
];
