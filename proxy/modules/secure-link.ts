import type { Context } from '../config/directive.ts';
import { ConfigError } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ComplexValue, Module } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { slot } from '../http/slot.ts';

interface SecureLinkLocation {
  /** Checksum and, behind a comma, the time of expiry. */
  link?: ComplexValue;
  /** What the checksum is of. */
  subject?: ComplexValue;
  secret?: string;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const setting = slot<SecureLinkLocation>;

/** Links that carry a checksum, and perhaps a time after which they don't hold. Source: ngx_http_secure_link_module.c. */
export const secureLinkModule: Module = {
  name: 'ngx_http_secure_link_module',
  directives: [
    setting('location', CONTEXTS, 'secure_link', 'link', ({ words }, build) => build.value(words[0]!.text)),
    setting('location', CONTEXTS, 'secure_link_md5', 'subject', ({ words }, build) => build.value(words[0]!.text)),
    setting('location', CONTEXTS, 'secure_link_secret', 'secret', ({ words }) => words[0]!.text),
  ],
  createLocation: (): SecureLinkLocation => ({}),
  mergeLocation(parent: SecureLinkLocation, child: SecureLinkLocation) {
    if (child.secret !== undefined) {
      if (child.link === undefined && child.subject === undefined) return;
      throw new ConfigError('"secure_link_secret" cannot be mixed with "secure_link" and "secure_link_md5"');
    }
    if (parent.link !== undefined) child.link ??= parent.link;
    if (parent.subject !== undefined) child.subject ??= parent.subject;
    if (child.link === undefined && child.subject === undefined && parent.secret !== undefined) {
      child.secret = parent.secret;
    }
  },
  variables: {
    secure_link: secureLink,
    secure_link_expires: (exchange) => exchange.variables.get('secure_link_expires'),
  },
};

function secureLink(exchange: Exchange): string | undefined {
  const { link, subject, secret } = exchange.location<SecureLinkLocation>(secureLinkModule);
  if (secret !== undefined) return linkBySecret(exchange, secret);
  if (link === undefined || subject === undefined) return undefined;
  const [checksum, ...rest] = link(exchange).split(',') as [string, ...string[]];
  let expires = 0;
  if (rest.length > 0) {
    const text = rest.join(',');
    expires = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (expires === 0) return undefined;
    exchange.variables.set('secure_link_expires', text);
  }
  const given =
    /^[\w-]{1,24}={0,2}$/.test(checksum) && checksum.length <= 24 ? Buffer.from(checksum, 'base64url') : undefined;
  if (given?.length !== 16 || !given.equals(md5(subject(exchange)))) return undefined;
  return expires !== 0 && expires < Math.floor(Date.now() / 1000) ? '0' : '1';
}

/** `/prefix/CHECKSUM/link`: the link, when the checksum is that of link and secret. */
function linkBySecret(exchange: Exchange, secret: string): string | undefined {
  const match = /^.[^/]*\/([^/]*)\/(.+)$/s.exec(exchange.target);
  const [, checksum, link] = match ?? [];
  if (checksum === undefined || !/^[0-9a-f]{32}$/i.test(checksum)) return undefined;
  return md5(link! + secret).equals(Buffer.from(checksum, 'hex')) ? link : undefined;
}

function md5(text: string): Buffer {
  return onDemand.crypto.createHash('md5').update(text, 'latin1').digest();
}
