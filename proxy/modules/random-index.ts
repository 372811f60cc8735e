import { readdirSync, statSync } from 'node:fs';
import { failedCall, flag, systemPath } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { mapUriToPath } from '../http/map-uri.ts';
import { AGAIN, DECLINED, type Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';

interface RandomIndexLocation {
  enabled?: boolean;
}

/** `random_index`: a path that ends in a slash is answered with any file of the folder. Source: ngx_http_random_index_module.c. */
export const randomIndexModule: Module = {
  name: 'ngx_http_random_index_module',
  directives: [slot<RandomIndexLocation>('location', ['location'], 'random_index', 'enabled', flag)],
  createLocation: (): RandomIndexLocation => ({}),
  mergeLocation: inherit,
  idle: ({ enabled }: RandomIndexLocation) => enabled !== true,
  phases: { content: chooseFile },
};

function chooseFile(exchange: Exchange): number {
  const { uri, method } = exchange;
  if (exchange.location<RandomIndexLocation>(randomIndexModule).enabled !== true || !uri.endsWith('/')) return DECLINED;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return DECLINED;
  const folder = mapUriToPath(exchange).slice(0, -1);
  let names: string[];
  try {
    names = readdirSync(systemPath(folder), 'buffer').map((name) => name.toString('latin1'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    exchange.logError(missing || code === 'EACCES' ? 'error' : 'crit', failedCall('opendir', folder, error));
    return missing ? 404 : code === 'EACCES' ? 403 : 500;
  }
  const files = names.filter((name) => !name.startsWith('.') && isFile(`${folder}/${name}`));
  if (files.length === 0) return DECLINED;
  exchange.internalRedirect(uri + files[Math.floor(Math.random() * files.length)]!, exchange.args);
  return AGAIN;
}

function isFile(path: string): boolean {
  return statSync(systemPath(path), { throwIfNoEntry: false })?.isFile() === true;
}
