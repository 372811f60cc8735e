import type { SecureVersion } from 'node:tls';

const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** The words that `ssl_protocols` and `proxy_ssl_protocols` take. SSLv2 and SSLv3 are known and no longer spoken. */
export const TLS_PROTOCOLS = ['SSLv2', 'SSLv3', ...VERSIONS] as const;

/** The least and the highest of the protocols: Node takes a range, as OpenSSL does. */
export function tlsRange(protocols: readonly string[]): { minVersion: SecureVersion; maxVersion: SecureVersion } {
  const chosen = VERSIONS.filter((version) => protocols.includes(version));
  return { minVersion: chosen[0] ?? 'TLSv1.2', maxVersion: chosen.at(-1) ?? 'TLSv1.3' };
}
