import type { constants } from 'node:crypto';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import { type Directive, PlacelessError } from '../config/index.ts';
import type { Build } from './module.ts';
import { onDemand } from './on-demand.ts';

/** One line of `ssl_conf_command` and its like: the name of an OpenSSL command, and its value. */
export type TlsCommand = readonly [name: string, value: string];

const VERSIONS: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

type Change = (value: string, before: SecureContextOptions) => SecureContextOptions;

/** The commands that Node's TLS can obey, in lower case, and what each changes. Source: SSL_CONF_cmd(3). */
const COMMANDS: Readonly<Record<string, Change>> = {
  cipherstring: (value) => ({ ciphers: value }),
  ciphersuites: (value, { ciphers }) => ({ ciphers: ciphers === undefined ? value : `${value}:${ciphers}` }),
  groups: (value) => ({ ecdhCurve: value }),
  options: (value, { secureOptions = 0 }) => ({ secureOptions: withFlags(value, secureOptions) }),
  curves: (value) => ({ ecdhCurve: value }),
  signaturealgorithms: (value) => ({ sigalgs: value }),
  minprotocol: (value) => ({ minVersion: value as SecureVersion }),
  maxprotocol: (value) => ({ maxVersion: value as SecureVersion }),
};

/** Words of `Options`: what each switches on, or off with a `-` before it. `undefined` changes nothing that Node's TLS has. */
const FLAGS: Readonly<Record<string, readonly [bit: keyof typeof constants, on: boolean] | undefined>> = {
  sessionticket: ['SSL_OP_NO_TICKET', false],
  compression: ['SSL_OP_NO_COMPRESSION', false],
  noresumptiononrenegotiation: ['SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION', true],
  serverpreference: ['SSL_OP_CIPHER_SERVER_PREFERENCE', true],
  prioritizechacha: ['SSL_OP_PRIORITIZE_CHACHA', true],
  norenegotiation: ['SSL_OP_NO_RENEGOTIATION', true],
  allownodhekex: ['SSL_OP_ALLOW_NO_DHE_KEX', true],
  encryptthenmac: ['SSL_OP_NO_ENCRYPT_THEN_MAC', false],
  ktls: undefined,
};

/** The words of a list, each with whether it is to be on. */
function flagsIn(list: string): [word: string, on: boolean][] {
  return list.split(',').map((part) => {
    const word = part.trim().toLowerCase();
    return [word.replace(/^[+-]/, ''), !word.startsWith('-')];
  });
}

function withFlags(list: string, before: number): number {
  let options = before;
  for (const [word, wanted] of flagsIn(list)) {
    const flag = FLAGS[word];
    if (flag === undefined) continue;
    const bit = onDemand.crypto.constants[flag[0]] as number;
    options = wanted === flag[1] ? options | bit : options & ~bit;
  }
  return options;
}

/** Reads `name value`. What Node's TLS has no setting for is an error. */
export function readTlsCommand({ words, name: directive }: Directive, build: Build): TlsCommand {
  const [name, value] = words.map(({ text }) => text) as [string, string];
  const protocol = /^(min|max)protocol$/i.test(name);
  const flags = /^options$/i.test(name);
  if (!Object.hasOwn(COMMANDS, name.toLowerCase())) {
    build.fail(`"${directive}" is not supported on this platform for "${name}"`);
  }
  if (
    (protocol && !VERSIONS.includes(value)) ||
    (flags && flagsIn(value).some(([word]) => !Object.hasOwn(FLAGS, word)))
  ) {
    const words = `bad value:cmd=${name}, value=${value}`;
    throw new PlacelessError(`SSL_CONF_cmd("${name}", "${value}") failed (SSL: error:0A000180:SSL routines::${words})`);
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
