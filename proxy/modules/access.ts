import type { Context, Directive } from '../config/directive.ts';
import { isIn, type Network, parseAddress, parseNetwork } from '../http/addresses.ts';
import type { Exchange } from '../http/exchange.ts';
import { type Build, DECLINED, type Module, OK } from '../http/module.ts';

interface Rule {
  readonly allow: boolean;
  readonly who: Network | 'all' | 'unix';
  readonly directive: Directive;
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
      configuration.rules.push({ allow: name === 'allow', who: whoIs(directive.words[0]!.text, build), directive });
    },
  })),
  createLocation: (): AccessLocation => ({ rules: undefined }),
  mergeLocation(parent: AccessLocation, child: AccessLocation) {
    child.rules ??= parent.rules;
  },
  idle: ({ rules }: AccessLocation) => rules === undefined,
  phases: { access: checkAccess },
};

function whoIs(text: string, build: Build): Rule['who'] {
  if (text === 'all') return 'all';
  if (text === 'unix:') return 'unix';
  const network = parseNetwork(text);
  if (network === undefined) build.fail(`invalid parameter "${text}"`);
  if (network.loose) build.warn(`low address bits of ${text} are meaningless`);
  return network;
}

function checkAccess(exchange: Exchange): number {
  const { rules } = exchange.location<AccessLocation>(accessModule);
  if (rules === undefined) return DECLINED;
  const address = parseAddress(exchange.connection.remoteAddress);
  for (const { allow, who, directive } of rules) {
    const fits =
      who === 'all' || (who === 'unix' ? address === undefined : address !== undefined && isIn(address, who));
    if (!fits) continue;
    const { remoteAddress } = exchange.connection;
    exchange.trace?.tell(
      {
        step: 'phase',
        says: `access ${allow ? 'allows' : 'denies'} ${remoteAddress}`,
        phase: 'access',
        module: 'access',
      },
      directive,
    );
    if (allow) return OK;
    if (exchange.core.satisfy === 'all') exchange.logError('error', 'access forbidden by rule');
    return 403;
  }
  return DECLINED;
}
