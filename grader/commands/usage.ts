/** Wrong usage: exit code 2. The message names what there is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit codes, worst last where several labs are checked; `interrupted` is what a shell reports for Ctrl-C. */
export const exitCodes = { passed: 0, failed: 1, usage: 2, error: 3, interrupted: 130 } as const;
