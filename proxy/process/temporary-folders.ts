import { chownSync } from 'node:fs';
import { ConfigError, failedCall, systemPath } from '../config/index.ts';
import { accountNumber } from '../http/accounts.ts';
import type { Configuration, CoreMain } from '../http/configuration.ts';
import { core } from '../http/core.ts';

/** Makes the folders that `proxy_temp_path` and its kin name, for the account that the workers run as. Throws nginx's error. Source: ngx_create_paths. */
export function makeTemporaryFolders({ http, process: settings }: Configuration): void {
  if (http === undefined) return;
  for (const path of (http.main.get(core) as CoreMain).temporaryPaths) {
    try {
      path.create();
      if (process.geteuid?.() !== 0 || !settings.masterProcess) continue;
      const owner = accountNumber('user', settings.user?.name ?? 'nobody');
      if (owner !== undefined) chownSync(systemPath(path.folder), owner, -1);
    } catch (error) {
      throw new ConfigError(failedCall('mkdir', path.folder, error));
    }
  }
}
