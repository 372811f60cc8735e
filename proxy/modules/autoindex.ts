import { readdirSync, statSync } from 'node:fs';
import { type Directive, flag, oneOf } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { DECLINED, type DirectiveSpec, type Module, OK } from '../http/module.ts';
import { escapeUriComponent } from '../http/request-uri.ts';
import { slot } from '../http/slot.ts';

interface AutoindexLocation {
  enabled: boolean | undefined;
  exactSize: boolean | undefined;
  localTime: boolean | undefined;
  format: 'html' | 'json' | undefined;
}

interface Entry {
  readonly name: string;
  readonly directory: boolean;
  readonly modified: Date;
  readonly size: number;
}

const once = (name: string, key: keyof AutoindexLocation, read: (directive: Directive) => unknown): DirectiveSpec =>
  slot<AutoindexLocation>('location', ['http', 'server', 'location'], name, key, read);

/** `autoindex`: a listing for a directory without an index file. Source: ngx_http_autoindex_module.c. */
export const autoindexModule: Module = {
  name: 'ngx_http_autoindex_module',
  directives: [
    once('autoindex', 'enabled', flag),
    once('autoindex_exact_size', 'exactSize', flag),
    once('autoindex_localtime', 'localTime', flag),
    once('autoindex_format', 'format', (directive) => oneOf<'html' | 'json'>(directive, ['html', 'json'])),
  ],
  createLocation: (): AutoindexLocation => ({
    enabled: undefined,
    exactSize: undefined,
    localTime: undefined,
    format: undefined,
  }),
  mergeLocation(parent: AutoindexLocation, child: AutoindexLocation) {
    child.enabled ??= parent.enabled;
    child.exactSize ??= parent.exactSize;
    child.localTime ??= parent.localTime;
    child.format ??= parent.format;
  },
  idle: ({ enabled }: AutoindexLocation) => enabled !== true,
  phases: { content: listDirectory },
};

function listDirectory(exchange: Exchange): number {
  const configuration = exchange.location<AutoindexLocation>(autoindexModule);
  if (configuration.enabled !== true || !exchange.uri.endsWith('/')) return DECLINED;
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return DECLINED;
  const folder = mapUriToPath(exchange);
  let entries: Entry[];
  try {
    entries = entriesOf(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    exchange.logError('error', `opendir() "${folder}" failed (${code})`);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 404 : code === 'EACCES' ? 403 : 500;
  }
  const refused = exchange.discardBody();
  if (refused !== 0) return refused;
  exchange.status = 200;
  if (configuration.format === 'json') {
    exchange.contentType = 'application/json';
    send(exchange, json(entries));
  } else {
    exchange.contentType = 'text/html';
    send(exchange, html(exchange.uri, entries, configuration));
  }
  return OK;
}

/** In one chunk, without a length, as nginx sends listings. */
function send(exchange: Exchange, page: string): void {
  exchange.sendHead();
  exchange.write(Buffer.from(page, 'latin1'));
  exchange.end();
}

function entriesOf(folder: string): Entry[] {
  const entries: Entry[] = [];
  for (const raw of readdirSync(Buffer.from(folder, 'latin1'), 'buffer')) {
    const name = raw.toString('latin1');
    if (name.startsWith('.')) continue;
    try {
      const stats = statSync(Buffer.from(folder + name, 'latin1'));
      entries.push({ name, directory: stats.isDirectory(), modified: stats.mtime, size: stats.size });
    } catch {
      // Gone, or a link to nowhere: not listed.
    }
  }
  return entries.sort((a, b) => (a.directory === b.directory ? (a.name < b.name ? -1 : 1) : a.directory ? -1 : 1));
}

const LONGEST_NAME = 50;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function html(uri: string, entries: readonly Entry[], configuration: AutoindexLocation): string {
  const title = escapeHtml(uri);
  let page = `<html>\r\n<head><title>Index of ${title}</title></head>\r\n<body>\r\n<h1>Index of ${title}</h1><hr><pre><a href="../">../</a>\r\n`;
  for (const { name, directory, modified, size } of entries) {
    const slash = directory ? '/' : '';
    const characters = [...Buffer.from(name, 'latin1').toString('utf8')];
    const long = characters.length > LONGEST_NAME;
    const shown = long
      ? `${Buffer.from(characters.slice(0, LONGEST_NAME - 3).join(''), 'utf8').toString('latin1')}..&gt;`
      : name + slash;
    const padding = ' '.repeat(Math.max(0, LONGEST_NAME - characters.length - (long ? 0 : slash.length)));
    page += `<a href="${escapeUriComponent(name)}${slash}">${long ? escapeHtml(shown.slice(0, -6)) + shown.slice(-6) : escapeHtml(shown)}</a>${long ? '' : padding}`;
    page += ` ${date(modified, configuration.localTime === true)} ${shownSize(size, directory, configuration.exactSize !== false)}\r\n`;
  }
  return `${page}</pre><hr></body>\r\n</html>\r\n`;
}

function date(modified: Date, local: boolean): string {
  const at = local ? new Date(modified.getTime() - modified.getTimezoneOffset() * 60_000) : modified;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(at.getUTCDate())}-${MONTHS[at.getUTCMonth()]}-${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

function shownSize(size: number, directory: boolean, exact: boolean): string {
  if (exact) return (directory ? '-' : String(size)).padStart(19);
  if (directory) return '      -';
  if (size > 1024 ** 3 - 1) return `${Math.round(size / 1024 ** 3)}G`.padStart(7);
  if (size > 1024 ** 2 - 1) return `${Math.round(size / 1024 ** 2)}M`.padStart(7);
  if (size > 9999) return `${Math.round(size / 1024)}K`.padStart(7);
  return String(size).padStart(7);
}

function json(entries: readonly Entry[]): string {
  const lines = entries.map(({ name, directory, modified, size }) => {
    const common = `"name":${JSON.stringify(name)}, "type":"${directory ? 'directory' : 'file'}", "mtime":"${modified.toUTCString()}"`;
    return `{ ${common}${directory ? '' : `, "size":${size}`} }`;
  });
  return `[\r\n${lines.join(',\r\n')}\r\n]`;
}

function escapeHtml(text: string): string {
  return text.replace(/[<>&"]/g, (character) =>
    character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : '&quot;',
  );
}
