/** One request as an application received it. */
export interface Seen {
  readonly application: string;
  readonly method: string;
  /** The request target, byte for byte. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** Number of the connection it came over. */
  readonly connection: number;
  /** Who opened the connection, or who the client is where the protocol says so. */
  readonly remoteAddress: string;
  /** ms on the grader's clock (`performance.now()`), so that what reached several applications can be put in order. */
  readonly receivedAt: number;
  /** All that came with a request by uwsgi or FastCGI: parameters in the manner of CGI, of which `headers` are a part. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** The Unix socket that it came over, in the student's words; left out when it came to the port. */
  readonly unixSocket?: string;
}
