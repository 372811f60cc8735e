import type { Configuration } from '../http/configuration.ts';

/** What is to be done for all workers is done for this configuration from now on, and no longer for the one before. */
export function takeCharge(configuration: Configuration, before?: Configuration): void {
  if (before !== undefined) tell(before, 'resign');
  tell(configuration, 'takeCharge');
}

function tell({ http, modules }: Configuration, event: 'takeCharge' | 'resign'): void {
  if (http !== undefined) for (const module of modules) module[event]?.(http.main.get(module));
}
