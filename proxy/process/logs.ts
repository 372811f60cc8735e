import { chownSync } from 'node:fs';
import { ConfigError, failedCall, systemPath } from '../config/index.ts';
import { accountNumber } from '../http/accounts.ts';
import type { Configuration, CoreLocation, ErrorLog } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { ErrorLogs } from '../http/error-log.ts';
import type { Configurations } from '../http/module.ts';
import { accessLogFiles } from '../modules/log.ts';

/** Opens every log that the configuration names; throws nginx's error for one that can't be opened. */
export function openLogs(configuration: Configuration, errorLogs: ErrorLogs): void {
  const { http } = configuration;
  for (const file of errorLogNames(configuration)) opening(file, () => errorLogs.open(file));
  if (http !== undefined) for (const file of accessLogFiles(http)) opening(file.path, () => file.open());
}

/** Closes the access logs of a configuration, which are its own; error logs belong to the process. */
export function closeAccessLogs({ http }: Configuration): void {
  if (http !== undefined) for (const file of accessLogFiles(http)) file.close();
}

/** Gives the log files to the account that the workers run as; what root's master opened anew is root's. */
export function giveLogs(configuration: Configuration): void {
  const { user } = configuration.process;
  const owner = user === undefined ? undefined : accountNumber('user', user.name);
  if (process.geteuid?.() !== 0 || owner === undefined || owner === 0) return;
  const { http } = configuration;
  const accessLogs = http === undefined ? [] : [...accessLogFiles(http)].map((file) => file.path);
  for (const file of [...errorLogNames(configuration), ...accessLogs]) chownSync(systemPath(file), owner, -1);
}

function errorLogNames(configuration: Configuration): Set<string> {
  const { http } = configuration;
  const logs = [...configuration.process.errorLog, ...(http === undefined ? [] : errorLogsIn(http))];
  return new Set(logs.map(({ file }) => file).filter((file) => file !== 'stderr' && !file.startsWith('syslog:')));
}

function* errorLogsIn(configurations: Configurations): Iterable<ErrorLog> {
  yield* (configurations.location.get(core) as CoreLocation | undefined)?.errorLog ?? [];
  for (const child of configurations.children) yield* errorLogsIn(child);
}

function opening(file: string, open: () => void): void {
  try {
    open();
  } catch (error) {
    throw new ConfigError(failedCall('open', file, error));
  }
}
