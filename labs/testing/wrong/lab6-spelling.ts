// fails: lab6.spelling
// ways: case, port, strange-port
// Compares names letter by letter, or knows one port alone.
import { nameOf, serve, siteOf } from '../gateway.ts';

const ways: Readonly<Record<string, (host: string) => string>> = {
  case: (host) => host.replace(/:\d+$/, ''),
  port: (host) => host.toLowerCase(),
  'strange-port': (host) => host.toLowerCase().replace(/:(80|443)$/, ''),
};

serve(
  (asked) => siteOf(ways[process.argv[2]!]!(asked.host ?? ''), asked) ?? { status: nameOf(asked) === '' ? 400 : 404 },
);
