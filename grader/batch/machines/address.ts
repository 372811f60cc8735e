/** What connects to Redis. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Record<string, never>;
}

/** Where Redis is. The password is in `connection` alone. */
export interface QueueAddress {
  readonly connection: Connection;
  /** The address for people: without user and password. */
  readonly shown: string;
}

/** Reads `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS. Throws RangeError, in which no password stands. */
export function parseAddress(text: string): QueueAddress {
  const url = URL.parse(text);
  const database = /^\/?(\d{0,5})$/.exec(url?.pathname ?? '-')?.[1];
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || database === undefined)
    throw new RangeError('that is no address of a Redis; write it as redis://HOST, redis://HOST:6379 or rediss://HOST');
  const { protocol, hostname, port, username, password } = url;
  return {
    shown: `${protocol}//${hostname}:${port || 6379}`,
    connection: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 6379),
      ...(database !== '' && { db: Number(database) }),
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  };
}
