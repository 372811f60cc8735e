import { BlockList, isIP } from 'node:net';
import type { Context, Directive } from '../config/directive.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Build, DECLINED, type Module, OK } from '../http/module.ts';

interface Rule {
  readonly allow: boolean;
  /** `undefined` matches everybody. */
  readonly addresses: BlockList | undefined;
}

interface AccessLocation {
  rules: Rule[] | undefined;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location', 'limit_except'];

/** `allow` and `deny`: the first rule that fits the client's address decides. Source: ngx_http_access_module.c. */
export const accessModule: Module = {
  name: 'ngx_http_access_module',
  directives: ['allow', 'deny'].map((name) => ({
    name,
    contexts: CONTEXTS,
    arguments: 1,
    level: 'location' as const,
    set(configuration: AccessLocation, directive: Directive, build: Build) {
      configuration.rules ??= [];
      configuration.rules.push({ allow: name === 'allow', addresses: addresses(directive.words[0]!.text, build) });
    },
  })),
  createLocation: (): AccessLocation => ({ rules: undefined }),
  mergeLocation(parent: AccessLocation, child: AccessLocation) {
    child.rules ??= parent.rules;
  },
  phases: { access: checkAccess },
};

function addresses(text: string, build: Build): BlockList | undefined {
  if (text === 'all') return undefined;
  const list = new BlockList();
  const [address, prefix] = text.split('/');
  const family = isIP(address!);
  if (family === 0 || (prefix !== undefined && !/^\d+$/.test(prefix))) build.fail(`invalid parameter "${text}"`);
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (prefix === undefined) list.addAddress(address!, kind);
  else if (Number(prefix) > (family === 4 ? 32 : 128)) build.fail(`invalid parameter "${text}"`);
  else list.addSubnet(address!, Number(prefix), kind);
  return list;
}

function checkAccess(exchange: Exchange): number {
  const { rules } = exchange.location<AccessLocation>(accessModule);
  if (rules === undefined) return DECLINED;
  const address = exchange.connection.remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  for (const { allow, addresses: list } of rules) {
    if (list !== undefined && !list.check(address, family)) continue;
    if (allow) return OK;
    if (exchange.core.satisfy === 'all') exchange.logError('error', 'access forbidden by rule');
    return 403;
  }
  return DECLINED;
}
