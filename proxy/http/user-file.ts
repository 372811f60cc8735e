/** What the file says of a user: the first line `user:entry[:comment]` that is his. */
export function entryOf(text: string, user: string): string | undefined {
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || !line.startsWith(`${user}:`)) continue;
    return /^[^:\r]*/.exec(line.slice(user.length + 1))![0];
  }
  return undefined;
}
