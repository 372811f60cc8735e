/** Wrong usage: exit code 2. The message names what there is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit codes, worst last where several labs are checked. */
export const exitCodes = { passed: 0, failed: 1, usage: 2, error: 3 } as const;
