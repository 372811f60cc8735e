/** A request as both protocols bring it: parameters in the manner of CGI (RFC 3875, 4.1), and a body. */
export interface GatewayRequest {
  readonly parameters: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Bytes that it took; more of them belong to the next request on the connection. */
  readonly length: number;
  /** The server wants to use the connection again. */
  readonly keep: boolean;
  /** FastCGI's number of the request. */
  readonly id: number;
}
