import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../config/index.ts';
import { buildConfiguration } from '../http/build-configuration.ts';
import { modules } from '../modules/index.ts';
import { NGINX } from './server-program.ts';

/** What nginx and ours say of a configuration, given the inside of its `http` block: warnings and the error, if any. */
export function sayOfConfiguration(http: string, folder: string): [theirs: string[], ours: string[]] {
  const prefix = path.join(folder, 'said');
  mkdirSync(path.join(prefix, 'logs'), { recursive: true });
  const file = path.join(prefix, 'nginx.conf');
  writeFileSync(
    file,
    `pid nginx.pid; events { }\nhttp {\n access_log off;\n${http.replaceAll('FOLDER', folder)}\n}\n`,
    'latin1',
  );
  const { stderr } = spawnSync(NGINX!, ['-t', '-p', `${prefix}/`, '-c', file, '-e', 'stderr'], { encoding: 'latin1' });
  const theirs = stderr
    .split(/\n(?=\S+ \S+ \[|nginx: )/)
    .map((line) => /\[(?:emerg|warn)\] (?:\d+#\d+: )?.*(?<!\n)/s.exec(line)?.[0].replace(/ \d+#\d+:/, ''))
    .filter((line) => line !== undefined);
  const ours: string[] = [];
  try {
    buildConfiguration({
      file,
      prefix: `${prefix}/`,
      modules,
      onWarning: (warning) => void ours.push(`[warn] ${warning}`),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    ours.push(`[emerg] ${error.message}`);
  }
  return [theirs, ours];
}
