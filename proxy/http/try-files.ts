import { statSync } from 'node:fs';
import type { HttpExchange } from './http-exchange.ts';
import { AGAIN, DECLINED } from './module.ts';

const TRY_FILES = { names: ['try_files'] };

/** `try_files`: the first file that exists becomes the path; the last word is where to go otherwise. Source: ngx_http_try_files_module.c. */
export function tryFiles(exchange: HttpExchange): number {
  const { core } = exchange;
  const setting = core.tryFiles;
  if (setting === undefined) return DECLINED;
  for (const { value, directory } of setting.files) {
    const name = value(exchange);
    const uri = directory && name.endsWith('/') ? name.slice(0, -1) : name;
    const path = tryPath(exchange, uri);
    let isDirectory: boolean | undefined;
    try {
      const found = statSync(Buffer.from(path, 'latin1'));
      isDirectory = found.isDirectory();
    } catch {
      // Not there.
    }
    const found = isDirectory === directory;
    exchange.trace?.tell({ step: 'file', says: `${path} is ${found ? '' : 'not '}there`, path, found }, TRY_FILES);
    if (!found) continue;
    exchange.uri = core.alias && core.regex === undefined ? tryUri(exchange, uri) : uri;
    exchange.uriIsOriginal = false;
    return DECLINED;
  }
  const { fallback } = setting;
  if ('status' in fallback) return fallback.status;
  if ('named' in fallback) {
    exchange.namedLocation(fallback.named);
    return AGAIN;
  }
  const target = fallback.value(exchange);
  if (target.startsWith('@')) {
    exchange.namedLocation(target);
    return AGAIN;
  }
  const question = target.indexOf('?');
  if (question < 0) exchange.internalRedirect(target);
  else exchange.internalRedirect(target.slice(0, question), target.slice(question + 1));
  return AGAIN;
}

/** With `alias`, a candidate that begins with the location's name loses it, as the path itself would. */
function tryPath(exchange: HttpExchange, name: string): string {
  const { core } = exchange;
  const root = core.root(exchange);
  if (!core.alias || core.regex !== undefined) return root + name;
  return root + (name.startsWith(core.name) ? name.slice(core.name.length) : name);
}

function tryUri(exchange: HttpExchange, name: string): string {
  const { core } = exchange;
  return name.startsWith(core.name) ? name : core.name + name;
}
