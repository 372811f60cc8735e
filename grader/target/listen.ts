/** The address of a `listen` directive, in nginx's terms. */
export interface ListenAddress {
  readonly family: 4 | 6;
  /** Whether it is for everybody (a wildcard), or for the loopback address alone. */
  readonly open: boolean;
  readonly port: number;
}

/**
 * Reads the first word of `listen`: `80`, `*:80`, `0.0.0.0`, `[::]:80`, `127.0.0.1:80`, `localhost`...
 * Undefined when it is no such address (a Unix socket, another machine's address, or a mistake).
 */
export function readListen(word: string): ListenAddress | undefined {
  const match = /^(?:(\d{1,5})|(\*|0\.0\.0\.0|127\.\d+\.\d+\.\d+|localhost|\[::\]|\[::1\])(?::(\d{1,5}))?)$/i.exec(
    word,
  );
  if (match === null) return undefined;
  const [, bare, host = '*', behind] = match;
  const port = Number(bare ?? behind ?? 80);
  if (port < 1 || port > 65_535) return undefined;
  return { family: host.startsWith('[') ? 6 : 4, open: host === '*' || host === '0.0.0.0' || host === '[::]', port };
}
