import type { OpenTarget } from './target.ts';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** The sandbox's own addresses as `host:port`, and its folder of logs, for people who want to try by hand. */
export function realAddresses(
  http: Place,
  https: Place,
  applications: Iterable<{ readonly name: string; readonly port: number; readonly scheme: string }>,
  logs: string,
): NonNullable<OpenTarget['real']> {
  return {
    http: written(http),
    https: written(https),
    applications: [...applications].map(({ name, port, scheme }) => ({ name, scheme, address: `127.0.0.1:${port}` })),
    logs,
  };
}

function written({ host, port }: Place): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
