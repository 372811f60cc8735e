import type { Case, Finding, Rule } from './case.ts';
import { appProtocolRules } from './rules/app-protocols.ts';
import { authenticationRules } from './rules/authentication.ts';
import { cacheRules } from './rules/cache.ts';
import { certificateRules } from './rules/certificate.ts';
import { forwardingRules } from './rules/forwarding.ts';
import { headerRules } from './rules/headers.ts';
import { hostRules } from './rules/hosts.ts';
import { limitRules } from './rules/limits.ts';
import { pageRules } from './rules/pages.ts';
import { posterRules } from './rules/posters.ts';
import { redirectRules } from './rules/redirect.ts';
import { scaleRules } from './rules/scale.ts';
import { securityRules } from './rules/security.ts';
import { siteRules } from './rules/site.ts';
import { upstreamRules } from './rules/upstream.ts';

/** All rules, the most certain first: what the server's own log says, then what its lines say. */
export const rules: readonly Rule[] = [
  ...forwardingRules,
  ...upstreamRules,
  ...posterRules,
  ...certificateRules,
  ...redirectRules,
  ...hostRules,
  ...limitRules,
  ...authenticationRules,
  ...appProtocolRules,
  ...cacheRules,
  ...securityRules,
  ...scaleRules,
  ...siteRules,
  ...headerRules,
  ...pageRules,
];

/** What explains a failed objective, when one rule is sure of it: the joint reading of the wire and the configuration. */
export function diagnose(failure: Case): Finding | undefined {
  const id = failure.objective.id.replace(/^lab/, '');
  for (const rule of rules) {
    if (!rule.explains.includes(id)) continue;
    const finding = rule.find(failure);
    if (finding !== undefined) return finding;
  }
  return undefined;
}
