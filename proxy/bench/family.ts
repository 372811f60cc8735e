import type { Measured, Target } from './measure.ts';

/** Servers beside which ours is measured; the programs of those from npm are in `rivals/`. */
export type Rival = 'nginx' | 'http-proxy-3' | '@fastify/http-proxy' | '@fastify/static' | 'sirv';

/** What a configuration can refer to. Paths are absolute. */
export interface Site {
  /** A port of its own for each name; the rivals from npm serve `main` alone. */
  port(name: string): number;
  /** Where files of this server go: logs, cache. */
  readonly folder: string;
  /** Files of 1 KB, 20 KB and 1 MB: `1k.txt`, `20k.txt`, `1m.txt`, and the same ending in `.bin`. */
  readonly html: string;
  /** The server behind the proxies, which has the same files. */
  readonly backend: number;
  /** A certificate and its key: P-256, or RSA of 2048 bits. */
  pair(kind: 'ec' | 'rsa'): { readonly certificate: string; readonly key: string };
}

/** What is wanted of a row. */
export interface Goal {
  /** `nginx`, or the best of the others. */
  readonly beside?: 'nginx' | 'others';
  /** Ours divided by theirs; or, as `thrift`, their CPU time divided by ours. */
  readonly what: 'ratio' | 'thrift' | 'value';
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One thing that is asked of several servers with the same configuration. */
export interface Row {
  readonly name: string;
  readonly unit: '/s' | 'MB' | 'ms';
  readonly rivals: readonly Rival[];
  /** Asks a server for `seconds`; what it says is in the row's unit. */
  measure(target: Target, seconds: number): Promise<Measured>;
  readonly goals?: readonly Goal[];
  /** How often it is measured before it counts: `warm` until it gets no faster, `cold` not at all, on a server of its own. */
  readonly start?: 'warm' | 'cold';
}

/** Rows that share a configuration. */
export interface Family {
  readonly rows: readonly Row[];
  /** What stands in `http`. */
  http(site: Site): string;
  /** Worker processes under a master; 0, the default, is one process without a master. */
  readonly workers?: number;
}

/** The `proxy_pass` of all families: connections to the backend are kept. */
export const upstream = ({ backend }: Site): string =>
  `upstream backend { server 127.0.0.1:${backend}; keepalive 64; keepalive_requests 100000000; }`;
export const PASS = 'proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";';
