import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerCommand } from './server-process.ts';

const proxy = fileURLToPath(new URL('../../proxy', import.meta.url));

/** A log may be thrown away. */
const nowhere = '/dev/null';

/** Files of the system that the proxy itself reads: names of users and hosts, the longest backlog. */
const system = ['/etc/passwd', '/etc/group', '/etc/hosts', '/proc/sys/net/core/somaxconn'];

/**
 * Node's permissions for the reference proxy in a check: its own code, sandboxes, and what Node keeps of compiled code. Refusals judge
 * what a configuration says; what its variables hold when a request comes nobody knows before.
 * Source: https://nodejs.org/api/permissions.html
 */
export function confinement({ TMPDIR, NODE_COMPILE_CACHE }: ServerCommand['environment']): readonly string[] {
  const temporary = realpathSync(TMPDIR ?? tmpdir());
  // Beside the sandboxes lie the proxy's own temporary files, of bodies that don't fit into memory.
  const places = ['workbook-*', 'nginx-*'].map((name) => path.join(temporary, name));
  const compiled = path.join(NODE_COMPILE_CACHE ?? path.join(temporary, 'node-compile-cache'), '*');
  const code = [path.join(proxy, '*'), path.join(proxy, '../package.json')];
  const flags = [
    '--permission',
    // A master starts workers; they have the same permissions.
    '--allow-child-process',
    ...[...code, ...system, ...places, compiled, nowhere].map((place) => `--allow-fs-read=${place}`),
    ...[...places, compiled, nowhere].map((place) => `--allow-fs-write=${place}`),
    // What Node says about its own flags is not what the server says.
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
  // Before Node 25 the network needed no permission.
  return process.allowedNodeEnvironmentFlags.has('--allow-net') ? [...flags, '--allow-net'] : flags;
}
