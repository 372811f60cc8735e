import type { Context, Directive } from '../config/directive.ts';
import { ConfigError, number, PlacelessError } from '../config/index.ts';
import { accepted } from '../http/accepted.ts';
import type { CoreServer } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, Module } from '../http/module.ts';
import { findMatchOrTell, type Regex } from '../http/regex.ts';
import { isValidWildcard, ServerNames } from '../routing/server-name.ts';

/** What must follow the host; empty for anything. */
interface Rule {
  readonly path: string;
}

interface RefererLocation {
  none?: boolean;
  blocked?: boolean;
  /** The server whose own names belong to it. */
  server?: Pick<CoreServer, 'names'>;
  hosts?: ServerNames<Rule, never>;
  /** How many names `hosts` holds. */
  count?: number;
  regexes?: Regex[];
  /** Regular expressions among the server's names. */
  nameRegexes?: Regex[];
}

const CONTEXTS: readonly Context[] = ['server', 'location'];

/** `valid_referers` and `$invalid_referer`. Source: ngx_http_referer_module.c. */
export const refererModule: Module = {
  name: 'ngx_http_referer_module',
  directives: [
    {
      name: 'valid_referers',
      contexts: CONTEXTS,
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'location',
      set: setReferers,
    },
    accepted('location', 'referer_hash_max_size', CONTEXTS, (directive) => number(directive)),
    accepted('location', 'referer_hash_bucket_size', CONTEXTS, (directive) => number(directive)),
  ],
  createLocation: (): RefererLocation => ({}),
  mergeLocation(parent: RefererLocation, child: RefererLocation) {
    if (child.hosts === undefined) {
      Object.assign(child, { ...parent, ...child, hosts: parent.hosts });
      return;
    }
    addServerNames(child);
    if ((child.none === true || child.blocked === true) && child.count === 0) {
      throw new PlacelessError(
        'the "none" or "blocked" referers are specified in the "valid_referers" directive without any valid referer',
      );
    }
    if (parent.regexes !== undefined) child.regexes ??= parent.regexes;
    if (parent.nameRegexes !== undefined) child.nameRegexes ??= parent.nameRegexes;
  },
  variables: {
    invalid_referer: (exchange) => exchange.variables.get('invalid_referer') ?? (isValid(exchange) ? '' : '1'),
  },
};

function setReferers(configuration: RefererLocation, directive: Directive, build: Build): void {
  configuration.hosts ??= new ServerNames();
  configuration.count ??= 0;
  for (const { text } of directive.words) {
    if (text === '') build.fail(`invalid referer "${text}"`);
    if (text === 'none') configuration.none = true;
    else if (text === 'blocked') configuration.blocked = true;
    else if (text === 'server_names') configuration.server = build.configuration<CoreServer>(core, 'server');
    else if (text.startsWith('~')) {
      if (text === '~') build.fail(`empty regex in "${text}"`);
      configuration.regexes ??= [];
      configuration.regexes.push(build.regex(text.slice(1), true));
    } else {
      const slash = text.indexOf('/');
      addHost(configuration, slash < 0 ? text : text.slice(0, slash), slash < 0 ? '' : text.slice(slash));
    }
  }
}

function addHost(configuration: RefererLocation, name: string, path: string): void {
  const host = name.toLowerCase();
  if (!isValidWildcard(host) || host.includes('..')) throw new ConfigError(`invalid hostname or wildcard "${host}"`);
  if (!configuration.hosts!.add(host, { path })) throw new ConfigError(`conflicting parameter "${host}"`);
  configuration.count!++;
}

function addServerNames(configuration: RefererLocation): void {
  for (const { text, regex } of configuration.server?.names ?? []) {
    if (regex === undefined) {
      if (text !== '') addHost(configuration, text, '');
    } else {
      configuration.nameRegexes ??= [];
      configuration.nameRegexes.push(regex);
    }
  }
}

function isValid(exchange: Exchange): boolean {
  const { hosts, regexes, nameRegexes, none, blocked } = exchange.location<RefererLocation>(refererModule);
  if (hosts === undefined && regexes === undefined && nameRegexes === undefined) return true;
  const referer = exchange.header('referer');
  if (referer === undefined) return none === true;
  const rest = referer.length < 'http://i.ru'.length ? undefined : /^https?:\/\/(.*)$/is.exec(referer)?.[1];
  if (rest === undefined) return blocked === true;
  const host = /^[^/:]*/.exec(rest)![0].toLowerCase();
  if (host.length > 256) return false;
  const rule = hosts?.find(host, undefined);
  if (rule !== undefined) {
    const slash = rest.indexOf('/', host.length);
    return rule.path === '' || (slash >= 0 && rest.startsWith(rule.path, slash));
  }
  return (
    nameRegexes?.some((regex) => findMatchOrTell(regex, host, exchange) !== null) === true ||
    regexes?.some((regex) => findMatchOrTell(regex, rest, exchange) !== null) === true
  );
}
