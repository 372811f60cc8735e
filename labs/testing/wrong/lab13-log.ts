// fails: lab13.access-log, lab13.hsts, lab13.keepalive, lab13.cache-status, lab13.one-request, lab13.status-page
// ways: milliseconds, one-instance, all-is-well, no-time
// Writes down something else than what happened.
import { type LogLine, serveWholeSite } from '../whole-site.ts';

const ways: Readonly<Record<string, (line: LogLine) => unknown>> = {
  milliseconds: (line) => ({ ...line, request_time: line.request_time * 1_000 }),
  'one-instance': (line) => ({ ...line, upstream_addr: line.upstream_addr && process.env.CATALOG_1 }),
  'all-is-well': (line) => ({ ...line, status: 200 }),
  'no-time': (line) => ({ ...line, request_time: 0 }),
};

await serveWholeSite({ logged: ways[process.argv[2]!]! });
