import { readFileSync } from 'node:fs';
import type { Context } from '../config/directive.ts';
import { failedCall, systemPath } from '../config/index.ts';
import { basicCredentials } from '../http/basic-credentials.ts';
import { isPassword } from '../http/crypt/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { type ComplexValue, DECLINED, type Module, OK } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { inherit, slot } from '../http/slot.ts';
import { entryOf } from '../http/user-file.ts';

interface AuthBasicLocation {
  realm?: ComplexValue;
  userFile?: ComplexValue;
}

/** Passwords that were found right or wrong: hashing them is slow on purpose, and a browser sends its own with each request. */
interface AuthBasicMain {
  key: Buffer | undefined;
  readonly known: Map<string, boolean>;
}

const MOST_KNOWN = 1000;
const CONTEXTS: readonly Context[] = ['http', 'server', 'location', 'limit_except'];

/** A user and a password, from a file as htpasswd writes it. Source: ngx_http_auth_basic_module.c. */
export const authBasicModule: Module = {
  name: 'ngx_http_auth_basic_module',
  directives: [
    slot<AuthBasicLocation>('location', CONTEXTS, 'auth_basic', 'realm', (directive, build) =>
      build.value(directive.words[0]!.text),
    ),
    slot<AuthBasicLocation>('location', CONTEXTS, 'auth_basic_user_file', 'userFile', (directive, build) => {
      const value = build.value(directive.words[0]!.text);
      return (exchange: Exchange) => build.path(value(exchange), 'conf');
    }),
  ],
  createMain: (): AuthBasicMain => ({ key: undefined, known: new Map() }),
  createLocation: (): AuthBasicLocation => ({}),
  mergeLocation: inherit,
  idle: ({ realm, userFile }: AuthBasicLocation) => realm === undefined || userFile === undefined,
  phases: { access: checkUser },
};

function checkUser(exchange: Exchange): number {
  const { realm, userFile } = exchange.location<AuthBasicLocation>(authBasicModule);
  if (realm === undefined || userFile === undefined) return DECLINED;
  const realmText = realm(exchange);
  if (realmText === 'off') return DECLINED;
  const credentials = basicCredentials(exchange.header('authorization'));
  if (credentials === undefined) {
    exchange.logError('info', 'no user/password was provided for basic authentication');
    return challenge(exchange, realmText);
  }
  const { user, password } = credentials;
  const file = userFile(exchange);
  let text: string;
  try {
    text = readFileSync(systemPath(file), 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT';
    exchange.logError(missing ? 'error' : 'crit', failedCall(code === 'EISDIR' ? 'pread' : 'open', file, error));
    return missing ? 403 : 500;
  }
  const entry = entryOf(text, user);
  if (entry === undefined) {
    exchange.logError('error', `user "${user}" was not found in "${file}"`);
    return challenge(exchange, realmText);
  }
  if (isRight(exchange.main<AuthBasicMain>(authBasicModule), password, entry)) return OK;
  exchange.logError('error', `user "${user}": password mismatch`);
  return challenge(exchange, realmText);
}

function isRight(main: AuthBasicMain, password: string, entry: string): boolean {
  const { known } = main;
  main.key ??= onDemand.crypto.randomBytes(32);
  const name = onDemand.crypto
    .createHmac('sha256', main.key)
    .update(`${entry}\n${password}`, 'latin1')
    .digest('latin1');
  let right = known.get(name);
  if (right === undefined) {
    right = isPassword(password, entry);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, right);
  }
  return right;
}

function challenge(exchange: Exchange, realm: string): number {
  exchange.removeResponseHeader('www-authenticate');
  exchange.responseHeaders.push('WWW-Authenticate', `Basic realm="${realm}"`);
  return 401;
}
