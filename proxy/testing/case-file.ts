import type { RequestListener } from 'node:http';
import type { GatewayApp } from './gateway-apps.ts';

/** Requests that both servers get, and whose answers must be the same. One string is one connection. */
export type Requests = string | readonly string[] | { readonly together: readonly string[] };

/**
 * One file of cases: a configuration, what is asked of it, and the page of nginx's manual whose statements it puts to
 * the test. The names of the cases are these statements. Both servers start once for the file.
 */
export interface CaseFile {
  /** The page of the manual. */
  readonly page: string;
  /**
   * The inside of the `http` block. `PORT` is the server's port, `OTHER` a second one, `APP` the application's, `FOLDER`
   * where `files` are (below `html/`), `LOGS` each server's own folder of logs.
   */
  readonly http: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** The application behind the servers. */
  readonly app?: RequestListener;
  /** Applications that speak uwsgi and FastCGI, at `127.0.0.1:UWSGI` and `127.0.0.1:FASTCGI`. */
  readonly uwsgi?: GatewayApp;
  readonly fastcgi?: GatewayApp;
  /** One request, several one after the other, or several at once, by the statement they prove. */
  readonly requests: Readonly<Record<string, Requests>>;
  /** Lines of the error log from this level on must be the same as well; none are compared when it isn't given. */
  readonly errorLog?: 'info' | 'notice' | 'warn' | 'error';
  /** Names of files below `LOGS` that must be the same at the end. */
  readonly logs?: readonly string[];
  /** Configurations (insides of `http`) and what both must say of them: warnings and errors. */
  readonly configurations?: Readonly<Record<string, string>>;
  /** What differs by nature (a random value, a time) and is to be overlooked. */
  readonly ignore?: RegExp;
}

/** A request with `Connection: close`. `more`: further header lines, each with its line end. */
export function get(target: string, more = '', host = 'one.test'): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;
}

/** A request with a body and `Connection: close`. */
export function post(target: string, body: string, more = '', host = 'one.test'): string {
  return `POST ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
