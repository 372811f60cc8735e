import type { Capability, Lab } from '../lab.ts';
import { createClient, noTranslation } from '../probe/index.ts';
import type { OpenTarget, TargetSpec } from './target.ts';
import { createWorld } from './world.ts';

type Spec = Extract<TargetSpec, { kind: 'live' }>;

/**
 * Probes a server that already runs. Its applications, files and logs can't be seen; `world.has` says so. HTTPS is
 * asked for at port 443 of the same host, or at the port of an https address. Throws when `url` is no http(s) address.
 */
export async function openLive(spec: Spec, _lab: Lab, _seed: number, signal: AbortSignal): Promise<OpenTarget> {
  const url = URL.parse(spec.url.includes('://') ? spec.url : `http://${spec.url}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`"${spec.url}" is no address of a web server; write it as http://HOST or http://HOST:PORT`);
  }
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const http = { host, port: secure ? 80 : Number(url.port || 80) };
  const https = { host, port: secure ? Number(url.port || 443) : 443 };
  const named = (port: number, usual: number) => (port === usual ? url.hostname : `${url.hostname}:${port}`);
  const door = { http: named(http.port, 80), https: named(https.port, 443) };
  const client = createClient({
    http,
    https,
    host,
    authority: undefined,
    translation: noTranslation,
    door: { ...door, ownName: host },
    signal,
  });
  const world = createWorld({
    capabilities: new Set<Capability>(['https']),
    applications: new Map(),
    root: undefined,
    translation: noTranslation,
    address: door,
    signal,
    async restart() {
      throw new Error('a live server cannot be restarted from here');
    },
  });
  const answer = await client.get('/', { https: secure, verify: false });
  const unreachable =
    answer.status === 0 && /refused|no connection|no address|cannot be reached/.test(answer.failure ?? '');
  const text = `${spec.url} could not be reached: ${answer.failure}`;
  return {
    facts: { kind: 'live', location: spec.url },
    startup: { ok: !unreachable, messages: unreachable ? [{ severity: 'emerg', text }] : [] },
    client,
    world,
    errorLog: async () => [],
    close: async () => client.close(),
  };
}
