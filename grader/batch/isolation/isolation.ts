/** What shuts a submission in on this machine. */
export type Isolation = { readonly kind: 'none' /** Why there is none, in one sentence. */; readonly reason: string };

/** Finds out, by trying, what this machine and this user can do. */
export async function findIsolation(): Promise<Isolation> {
  return { kind: 'none', reason: 'no isolation is built in' };
}
