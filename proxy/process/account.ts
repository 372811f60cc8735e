import { setPriority } from 'node:os';
import { ConfigError, failedCall, systemPath } from '../config/index.ts';
import type { Account, ProcessConfiguration } from '../http/configuration.ts';

/** nginx's own choice where no `user` directive is given; some systems call the group otherwise. */
const NOBODY: readonly Account[] = [
  { name: 'nobody', group: 'nogroup' },
  { name: 'nobody', group: 'nobody' },
];

/** What a worker makes of its process before it serves: priority, rights, environment, folder. Throws nginx's error. Source: ngx_worker_process_init. */
export function settle({ user, workerPriority, environment, workingDirectory }: ProcessConfiguration): void {
  Object.assign(process.env, environment);
  if (workerPriority !== 0) setPriority(workerPriority);
  become(user);
  if (workingDirectory === undefined) return;
  try {
    process.chdir(systemPath(workingDirectory));
  } catch (error) {
    throw new ConfigError(failedCall('chdir', workingDirectory, error).replace(/\(\) ("[^"]*")/, '($1)'));
  }
}

/**
 * Gives up root's rights for those of an account, `nobody` when none is given; does nothing for an ordinary user.
 * Throws when the system knows no such user or group.
 */
function become(account: Account | undefined): void {
  if (process.geteuid?.() !== 0) return;
  const [first, second] = account === undefined ? NOBODY : [account];
  try {
    change(first!);
  } catch (error) {
    if (second === undefined) throw error;
    change(second);
  }
}

function change({ name, group }: Account): void {
  initgroups(name, group);
  process.setgid!(group);
  process.setuid!(name);
}

/** The supplementary groups of an account. Node has this; its published types don't. */
function initgroups(name: string, group: string): void {
  (process as unknown as { initgroups(user: string, extraGroup: string): void }).initgroups(name, group);
}
