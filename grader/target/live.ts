import type { Capability, Lab, Response } from '../lab.ts';
import { createClient, knownAddresses, noTranslation, type Place } from '../probe/index.ts';
import { hasLoopbackNetwork } from './ports.ts';
import { controlOf } from './server-control.ts';
import type { OpenTarget, TargetSpec } from './target.ts';
import { createWorld } from './world.ts';

type Spec = Extract<TargetSpec, { kind: 'live' }>;

/**
 * Probes a server that already runs. Its applications, files and logs can't be seen; `world.has` says so. HTTPS is
 * asked for at port 443 of the same host, or at the port of an https address. Throws when `url` is no http(s) address.
 */
export async function openLive(spec: Spec, lab: Lab, _seed: number, signal: AbortSignal): Promise<OpenTarget> {
  const url = URL.parse(spec.url.includes('://') ? spec.url : `http://${spec.url}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`"${spec.url}" is no address of a web server; write it as http://HOST or http://HOST:PORT`);
  }
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const known = spec.addresses === undefined ? {} : { lookup: knownAddresses(spec.addresses) };
  const http: Place = { host, port: secure ? 80 : Number(url.port || 80), ...known };
  const https: Place = { host, port: secure ? Number(url.port || 443) : 443, ...known };
  const named = (port: number, usual: number) => (port === usual ? url.hostname : `${url.hostname}:${port}`);
  const door = { http: named(http.port, 80), https: named(https.port, 443) };
  const lasting = new AbortController();
  const facts = {
    http,
    https,
    host,
    authority: undefined,
    translation: noTranslation,
    door: { ...door, ownName: host },
  };
  const client = createClient({ ...facts, signal });
  const undoer = createClient({ ...facts, signal: lasting.signal });
  // Another machine sees one address of this one.
  const alone = !/^(localhost|127\.0\.0\.1)$/.test(host) || !(await hasLoopbackNetwork());
  const world = createWorld({
    capabilities: new Set<Capability>(alone ? ['https'] : ['https', 'client-addresses']),
    applications: new Map(),
    root: undefined,
    users: [],
    translation: noTranslation,
    address: door,
    signal,
    server: controlOf(() => undefined),
    output: () => '',
    async restart() {
      throw new Error('a live server cannot be restarted from here');
    },
  });
  const answer = await client.get('/', { https: secure, verify: false });
  const text = secure && !lab.tls ? plainLab(lab, url) : cannotBeAsked(url, answer);
  return {
    facts: { kind: 'live', location: spec.url },
    startup: { ok: text === undefined, messages: text === undefined ? [] : [{ severity: 'emerg', text }] },
    client,
    lasting: undoer,
    world,
    errorLog: async () => [],
    async close() {
      client.close();
      lasting.abort();
      undoer.close();
    },
  };
}

function plainLab({ number }: Lab, { hostname }: URL): string {
  return `lab ${number} is about plain HTTP: write the address as http://${hostname} or http://${hostname}:PORT`;
}

/** Why it makes no sense to go on, or undefined. A server that answers badly, or not at all, is for the objectives to judge. */
function cannotBeAsked({ href, protocol, host }: URL, { status, failure = '', text }: Response): string | undefined {
  const address = href.replace(/\/$/, '');
  if (status === 0 && /refused|no connection|no address|cannot be reached/.test(failure))
    return `${address} could not be reached: ${failure}`;
  if (status === 0 && protocol === 'https:' && /^TLS/.test(failure))
    return `${address} speaks no HTTPS (${failure}); is it http://${host}?`;
  if (status === 400 && protocol === 'http:' && /plain HTTP request was sent to HTTPS port/i.test(text))
    return `${address} speaks HTTPS alone; is it https://${host}?`;
  return undefined;
}
