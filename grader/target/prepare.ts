import { waitingReference } from './engine.ts';
import { ServerProcess } from './server-process.ts';
import type { TargetSpec } from './target.ts';

/**
 * Starts the reference proxy before it is known what it is to run, so that it loads while the grader does. Undefined
 * when something else runs the target. Whoever asks for it also calls its `end`.
 */
export function prepareServer(spec: TargetSpec): ServerProcess | undefined {
  if (spec.kind !== 'configuration' || spec.engine !== 'reference') return undefined;
  return new ServerProcess(waitingReference);
}
