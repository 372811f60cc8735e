import type { Client, RequestOptions } from '../lab.ts';
import { eventually } from '../probe/timing.ts';
import type { OpenTarget } from './target.ts';

/**
 * Sends requests that don't say where to the site's own door: port 443 when port 80 sends its visitors there, and port 80
 * otherwise. Whose certificate it is doesn't matter to labs that are about something else.
 */
export async function throughSiteDoor(target: OpenTarget, signal: AbortSignal): Promise<OpenTarget> {
  if (!(await sendsToHttps(target.client))) return target;
  const client = overHttps(target.client);
  const { world } = target;
  const restartServer = async () => {
    await world.restartServer();
    await untilSecure(client, signal);
  };
  await untilSecure(client, signal);
  return {
    ...target,
    client,
    secure: true,
    world: { ...world, restartServer },
    ...(target.lasting && { lasting: overHttps(target.lasting) }),
  };
}

/** ms for a server that listens on port 80 to listen on port 443 as well. */
const secondPort = 2_000;

async function untilSecure(client: Client, signal: AbortSignal): Promise<void> {
  await eventually(
    () => client.handshake(),
    ({ ok }) => ok,
    secondPort,
    signal,
  );
}

/** Whether plain HTTP is nothing but the way to HTTPS. */
async function sendsToHttps(client: Client): Promise<boolean> {
  const { status, headers } = await client.get('/', { https: false });
  return status >= 300 && status < 400 && /^https:\/\//i.test(headers.location ?? '');
}

function overHttps(client: Client): Client {
  const secure = <T extends RequestOptions>(options: T | undefined) =>
    ({ https: true, verify: false, ...options }) as T;
  return {
    ...client,
    get: (path, options) => client.get(path, secure(options)),
    request: (path, options) => client.request(path, secure(options)),
    burst: (paths, options) => client.burst(paths, secure(options)),
    volley: (paths, options) => client.volley(paths, secure(options)),
    hold: (path, options) => client.hold(path, secure(options)),
    converse: (path, messages, options) => client.converse(path, messages, secure(options)),
    raw: (bytes, options) => client.raw(bytes, { https: true, ...options }),
  };
}
