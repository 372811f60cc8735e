import { Engine, openListener } from '../http/engine.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, type Handler } from '../http/module.ts';
import { modules } from '../modules/index.ts';
import { acceptSecure } from '../modules/ssl.ts';
import { buildText } from './build-text.ts';

export interface ServeOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** 127.0.0.1 when not said. */
  readonly address?: string;
  /** Files of the certificate (with its chain) and its key, PEM. HTTP/2 is offered too. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Directives of nginx for the server block, for whatever else is wanted: `client_max_body_size 8m;` */
  readonly directives?: string;
  /** Answers every request: with `forward`, `sendFile`, `redirect`, `respond`, or with the exchange's own methods. */
  handler(exchange: Exchange): void;
}

export interface Served {
  readonly port: number;
  /** Takes no more connections, answers what has begun, and resolves when the last one is closed. */
  close(): Promise<void>;
}

/**
 * Starts a server. It stops by itself on SIGTERM and SIGINT, which end the process once everything begun is answered.
 * Rejects when the address is taken, or with a ConfigError when a directive or the certificate is no good.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { address = '127.0.0.1', tls, directives = '' } = options;
  const host = address.includes(':') ? `[${address}]` : address;
  // A configuration has no port 0: "any free port" is asked for when the socket is opened.
  const listen = `listen ${host}:${options.port === 0 ? 1 : options.port}${tls === undefined ? '' : ' ssl http2'};`;
  const certificates =
    tls === undefined ? '' : `ssl_certificate "${quoted(tls.cert)}"; ssl_certificate_key "${quoted(tls.key)}";`;
  const configuration = buildText(`server { ${listen} ${certificates} ${directives} location / { } }`);
  const handler: Handler = (exchange) => {
    options.handler(exchange);
    return AGAIN;
  };
  for (const listener of configuration.listeners) {
    for (const server of listener.at(address).servers) {
      const place = server.locations.find('/');
      if (place !== undefined) place.core.handler = handler;
    }
  }
  // What a handler forwards or sends by has directives of its own, of any module.
  const engine = new Engine({ ...configuration, modules }, { acceptSecure });
  const server = await openListener(configuration.listeners[0]!, () => engine, options);
  const close = async (): Promise<void> => {
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
    server.close();
    await engine.quit();
  };
  const stop = (): void => void close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const bound = server.address();
  return { port: typeof bound === 'object' && bound !== null ? bound.port : options.port, close };
}

const quoted = (path: string): string => path.replace(/["\\]/g, '\\$&');
