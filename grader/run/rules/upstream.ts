import type { Directive } from '../../../proxy/config/index.ts';
import type { Case, Finding, Rule } from '../case.ts';
import { blame, directive, directivesOf, everywhere, upstream, words } from '../configuration-model.ts';
import { inherited } from '../location-choice.ts';
import { takenBy } from '../request-facts.ts';

/** The upstream that the failed request, or else the only `proxy_pass` of the file, goes to. */
export function usedUpstream(failure: Case): Directive | undefined {
  const taken = takenBy(failure);
  const holder = taken?.location?.directive;
  const passes = holder === undefined ? [] : everywhere(holder.block ?? [], 'proxy_pass');
  const all = passes.length > 0 ? passes : everywhere(failure.configuration.directives, 'proxy_pass');
  const names = new Set(all.map((pass) => /^https?:\/\/([^/:$]+)/.exec(words(pass)[0] ?? '')?.[1] ?? ''));
  const [name] = names;
  return names.size === 1 && name !== undefined ? upstream(failure.configuration, name) : undefined;
}

/** The `server` lines of an upstream. */
export function members(block: Directive): readonly Directive[] {
  return directivesOf(block.block).filter(({ name }) => name === 'server');
}

/** A member's parameter, e.g. `weight=2` or `backup`. */
export function parameter(member: Directive, name: string): string | undefined {
  return words(member).find((word) => word === name || word.startsWith(`${name}=`));
}

const distribution = ['3.both-backends', '3.even-distribution'];

const tooFew: Rule = {
  name: 'fewer than two different servers',
  explains: [...distribution, '3.keeps-working'],
  find(failure) {
    const block = usedUpstream(failure);
    if (block === undefined) return undefined;
    const addresses = members(block).map((member) => words(member)[0]?.replace(/^(?:localhost|\[::1\])/, '127.0.0.1'));
    if (addresses.length === 0 || new Set(addresses).size > 1) return undefined;
    const name = words(block)[0];
    const last = members(block).at(-1) ?? block;
    return {
      because:
        addresses.length === 1
          ? `\`upstream ${name}\` has one server only, ${addresses[0]}`
          : `all servers of \`upstream ${name}\` are the same instance, ${addresses[0]}`,
      blame: blame(failure.configuration, last),
    };
  },
};

/** Another port than an instance's: nginx asks the next one and says so in its log alone. */
const noInstance: Rule = {
  name: 'a server of the upstream is none of the instances',
  explains: distribution,
  find(failure) {
    const block = usedUpstream(failure);
    for (const member of block === undefined ? [] : members(block)) {
      const [address = ''] = words(member);
      const port = /:(\d+)$/.exec(address)?.[1] ?? '80';
      if (port === '8081' || port === '8082') continue;
      const refused = new RegExp(`connect\\(\\) failed \\(111.*upstream: "https?://[^/"]+:${port}[/"]`);
      if (!failure.errorLog.some((line) => refused.test(line))) continue;
      return {
        because: `nobody listens on ${address}, so the other one is asked each time: the instances are 127.0.0.1:8081 and 127.0.0.1:8082`,
        blame: blame(failure.configuration, member),
      };
    }
    return undefined;
  },
};

const setAside: Rule = {
  name: 'a server is down or backup',
  explains: [...distribution, '3.keeps-working', '3.returns'],
  find(failure) {
    const block = usedUpstream(failure);
    for (const member of block === undefined ? [] : members(block)) {
      const [address = ''] = words(member);
      if (parameter(member, 'down') !== undefined)
        return { because: `\`down\` takes ${address} out of use`, blame: blame(failure.configuration, member) };
      if (parameter(member, 'backup') !== undefined && !failure.objective.id.endsWith('returns'))
        return {
          because: `${address} is a \`backup\`: it gets requests only while all others fail`,
          blame: blame(failure.configuration, member),
        };
    }
    return undefined;
  },
};

const sticky: Readonly<Record<string, string>> = {
  ip_hash: '`ip_hash` sends all requests of one client address to the same instance',
  hash: '`hash` sends all requests with the same key to the same instance',
};

const unevenRing =
  '`consistent` puts the instances on a ring, whose arcs between two instances are seldom alike: 54:46 is usual';

const hashed: Rule = {
  name: 'a hash decides',
  explains: distribution,
  find(failure) {
    const block = usedUpstream(failure);
    for (const [name, because] of Object.entries(sticky)) {
      const found = block && directive(block, name);
      if (found === undefined) continue;
      // A fresh key for each request spreads them evenly; then this isn't the reason.
      if (
        name === 'hash' &&
        /\$(?:request_id|msec|connection|connection_requests|remote_port)\b/.test(words(found)[0] ?? '')
      ) {
        if (words(found)[1] !== 'consistent') continue;
        return { because: unevenRing, blame: blame(failure.configuration, found) };
      }
      return { because, blame: blame(failure.configuration, found) };
    }
    return undefined;
  },
};

const weighted: Rule = {
  name: 'weights differ',
  explains: ['3.even-distribution'],
  find(failure) {
    const block = usedUpstream(failure);
    if (block === undefined) return undefined;
    const weights = members(block).map((member) => ({
      member,
      weight: Number(/^weight=(\d+)$/.exec(parameter(member, 'weight') ?? '')?.[1] ?? 1),
    }));
    const largest = weights.toSorted((a, b) => b.weight - a.weight)[0];
    if (largest === undefined || weights.every(({ weight }) => weight === largest.weight)) return undefined;
    const sum = weights.reduce((total, { weight }) => total + weight, 0);
    return {
      because: `with \`weight=${largest.weight}\` ${words(largest.member)[0]} gets ${largest.weight} of every ${sum} requests`,
      blame: blame(failure.configuration, largest.member),
    };
  },
};

const givesUp: Rule = {
  name: 'proxy_next_upstream does not go on',
  explains: ['3.keeps-working', '3.no-duplicates'],
  find(failure) {
    const taken = takenBy(failure, ({ status }) => status === 502 || status === 504);
    const blocks = taken?.blocks ?? [];
    const next = inherited(blocks, 'proxy_next_upstream');
    if (next !== undefined && !words(next).includes('error'))
      return {
        because: words(next).includes('off')
          ? '`proxy_next_upstream off`: a request whose instance refuses the connection is not given to the other'
          : `\`proxy_next_upstream ${words(next).join(' ')}\` does not count a refused connection (\`error\`) as a reason to ask the other`,
        blame: blame(failure.configuration, next),
      };
    const tries = inherited(blocks, 'proxy_next_upstream_tries');
    if (tries === undefined || words(tries)[0] !== '1') return undefined;
    return {
      because: '`proxy_next_upstream_tries 1` allows one attempt: nobody else is asked',
      blame: blame(failure.configuration, tries),
    };
  },
};

const twice: Rule = {
  name: 'POST is sent again',
  explains: ['3.no-duplicates'],
  find(failure) {
    const taken = takenBy(failure);
    const next = taken && inherited(taken.blocks, 'proxy_next_upstream');
    const mirror = taken && inherited(taken.blocks, 'mirror');
    if (next !== undefined && words(next).includes('non_idempotent'))
      return {
        because:
          '`non_idempotent` lets a POST be sent to the other instance although the first may have done it already',
        blame: blame(failure.configuration, next),
      };
    if (mirror === undefined || words(mirror)[0] === 'off') return undefined;
    return { because: '`mirror` sends a copy of each request', blame: blame(failure.configuration, mirror) };
  },
};

const neverForgives: Rule = {
  name: 'fail_timeout is long',
  explains: ['3.returns'],
  find(failure) {
    const block = usedUpstream(failure);
    const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };
    for (const member of block === undefined ? [] : members(block)) {
      const [, digits, unit = ''] = /^fail_timeout=(\d+)([smhd]?)$/.exec(parameter(member, 'fail_timeout') ?? '') ?? [];
      if (digits === undefined || Number(digits) * (units[unit] ?? 0) <= 15) continue;
      return {
        because: `\`fail_timeout=${digits}${unit}\` leaves a failed instance alone for that long`,
        blame: blame(failure.configuration, member),
      };
    }
    return undefined;
  },
};

const keepaliveOff: Rule = {
  name: 'connections to the instances are not kept',
  explains: ['3.keepalive', '11.reuse'],
  find(failure) {
    const block = usedUpstream(failure);
    if (block === undefined) return undefined;
    if (directive(block, 'keepalive') === undefined) {
      return {
        because: `\`upstream ${words(block)[0]}\` has no \`keepalive\`, so each request gets a new connection`,
        blame: blame(failure.configuration, block),
      };
    }
    return headersOfKeepalive(failure);
  },
};

/** `keepalive` needs HTTP/1.1 and no `Connection: close`, which are what nginx before 1.29.7 does not send by itself. */
function headersOfKeepalive(failure: Case): Finding | undefined {
  const passes = everywhere(failure.configuration.directives, 'proxy_pass');
  const version = everywhere(failure.configuration.directives, 'proxy_http_version');
  const cleared = everywhere(failure.configuration.directives, 'proxy_set_header').some(
    (one) => words(one)[0]?.toLowerCase() === 'connection',
  );
  const [pass] = passes;
  if (pass === undefined || (version.length > 0 && cleared)) return undefined;
  const lacking =
    version.length === 0 ? 'HTTP/1.0 is spoken to the instances' : '`Connection: close` is sent to the instances';
  return {
    because: `\`keepalive\` is there, but ${lacking}: \`proxy_http_version\` and the \`Connection\` header decide that`,
    blame: blame(failure.configuration, pass),
  };
}

export const upstreamRules: readonly Rule[] = [
  tooFew,
  noInstance,
  setAside,
  hashed,
  weighted,
  givesUp,
  twice,
  neverForgives,
  keepaliveOff,
];
