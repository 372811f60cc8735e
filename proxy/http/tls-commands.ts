import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { Directive } from '../config/index.ts';
import type { Build } from './module.ts';

/** One line of `proxy_ssl_conf_command`: the name of an OpenSSL command, and its value. */
export type TlsCommand = readonly [name: string, value: string];

const VERSIONS: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

type Change = (value: string, before: SecureContextOptions) => SecureContextOptions;

/** The commands that Node's TLS can obey, in lower case, and what each changes. Source: SSL_CONF_cmd(3). */
const COMMANDS: Readonly<Record<string, Change>> = {
  cipherstring: (value) => ({ ciphers: value }),
  ciphersuites: (value, { ciphers }) => ({ ciphers: ciphers === undefined ? value : `${value}:${ciphers}` }),
  groups: (value) => ({ ecdhCurve: value }),
  curves: (value) => ({ ecdhCurve: value }),
  signaturealgorithms: (value) => ({ sigalgs: value }),
  minprotocol: (value) => ({ minVersion: value as SecureVersion }),
  maxprotocol: (value) => ({ maxVersion: value as SecureVersion }),
};

/** Reads `name value`. What Node's TLS has no setting for is an error. */
export function readTlsCommand({ words, name: directive }: Directive, build: Build): TlsCommand {
  const [name, value] = words.map(({ text }) => text) as [string, string];
  const protocol = /^(min|max)protocol$/i.test(name);
  if (!Object.hasOwn(COMMANDS, name.toLowerCase())) {
    build.fail(`"${directive}" is not supported on this platform for "${name}"`);
  }
  if (protocol && !VERSIONS.includes(value)) {
    build.fail(`SSL_CONF_cmd("${name}", "${value}") failed (SSL: error:0A000180:SSL routines::bad value)`);
  }
  return [name.toLowerCase(), value];
}

/** The options with the commands carried out, in their order. */
export function withTlsCommands(
  options: SecureContextOptions,
  commands: readonly TlsCommand[] | undefined,
): SecureContextOptions {
  let result = options;
  for (const [name, value] of commands ?? []) result = { ...result, ...COMMANDS[name]!(value, result) };
  return result;
}
