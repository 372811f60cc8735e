import { statSync } from 'node:fs';
import type { Exchange } from '../http/exchange.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { AGAIN, type ComplexValue, DECLINED, type Module } from '../http/module.ts';

interface IndexLocation {
  files: { readonly value: ComplexValue; readonly text: string }[] | undefined;
}

/** `index`: a path that ends in a slash is answered with the first of these files that exists. Source: ngx_http_index_module.c. */
export const indexModule: Module = {
  name: 'ngx_http_index_module',
  alwaysAtWork: true,
  directives: [
    {
      name: 'index',
      contexts: ['http', 'server', 'location'],
      arguments: [1, 1000],
      level: 'location',
      set(configuration: IndexLocation, directive, build) {
        configuration.files ??= [];
        directive.words.forEach((word, position) => {
          if (word.text.startsWith('/') && position < directive.words.length - 1) {
            build.warn('only the last index in "index" directive should be absolute');
          }
          if (word.text === '') build.fail(`index "${word.text}" in "index" directive is invalid`);
          configuration.files!.push({ value: build.value(word.text), text: word.text });
        });
      },
    },
  ],
  createLocation: (): IndexLocation => ({ files: undefined }),
  mergeLocation(parent: IndexLocation, child: IndexLocation) {
    child.files ??= parent.files ?? [{ value: () => 'index.html', text: 'index.html' }];
  },
  phases: { content: findIndex },
};

const INDEX = { names: ['index'] };

function findIndex(exchange: Exchange): number {
  const { uri } = exchange;
  if (uri.charCodeAt(uri.length - 1) !== 47) return DECLINED;
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD' && exchange.method !== 'POST') return DECLINED;
  const files = exchange.location<IndexLocation>(indexModule).files ?? [];
  const folder = mapUriToPath(exchange);
  let folderSeen = false;
  for (const { value } of files) {
    const name = value(exchange);
    if (name === '') continue;
    if (name.startsWith('/')) {
      exchange.internalRedirect(name, exchange.args);
      return AGAIN;
    }
    try {
      if (statSync(Buffer.from(folder + name, 'latin1')).isFile()) {
        exchange.trace?.tell(
          { step: 'file', says: `${folder}${name} is there`, path: folder + name, found: true },
          INDEX,
        );
        exchange.internalRedirect(uri + name, exchange.args);
        return AGAIN;
      }
    } catch (error) {
      exchange.trace?.tell(
        { step: 'file', says: `${folder}${name} is not there`, path: folder + name, found: false },
        INDEX,
      );
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES') {
        exchange.logError('error', `"${folder}${name}" is forbidden (13: Permission denied)`);
        return 403;
      }
      if (code === 'ENOTDIR') return notFound(exchange, folder + name, '20: Not a directory');
      if (folderSeen) continue;
      folderSeen = true;
      try {
        if (!statSync(Buffer.from(folder, 'latin1')).isDirectory()) {
          return notFound(exchange, folder + name, '20: Not a directory');
        }
      } catch {
        return notFound(exchange, folder + name, '2: No such file or directory');
      }
    }
  }
  return DECLINED;
}

function notFound(exchange: Exchange, path: string, reason: string): number {
  if (exchange.core.logNotFound) exchange.logError('error', `"${path}" is not found (${reason})`);
  return 404;
}
