import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Capability, Lab } from '../lab.ts';
import { createClient, createTranslation } from '../probe/index.ts';
import type { StartupMessage } from '../result.ts';
import { applicationPorts, applicationSockets } from './applications.ts';
import { endEscaped } from './escaped.ts';
import { startApplications } from './lab-applications.ts';
import type { Launcher } from './launcher.ts';
import { deadPort, freePort, hasLoopbackNetwork } from './ports.ts';
import { showsProcesses } from './processes.ts';
import { realAddresses } from './real-addresses.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { controlOf } from './server-control.ts';
import { type ServerCommand, ServerProcess } from './server-process.ts';
import type { OpenTarget, TargetSpec } from './target.ts';
import { createWorld } from './world.ts';

type Spec = Extract<TargetSpec, { kind: 'program' | 'command' }>;

/** Where lab 10 wants a page about the server itself. */
const statusPort = 8088;

/** ms until a program must listen, on a busy machine. */
const startLimit = 20_000;

/** Characters of a line that a program said, as it is shown. */
const longestLine = 500;

/** Runs a server of the student's own, with the world's addresses in its environment. */
export async function openProgram(
  spec: Spec,
  lab: Lab,
  seed: number,
  signal: AbortSignal,
  launcher: Launcher,
): Promise<OpenTarget> {
  if (spec.kind === 'program' && !existsSync(spec.file)) throw new Error(`${spec.file}: there is no such file`);
  const sandbox = createSandbox(seed);
  const applications = await startApplications(lab, seed, sandbox.place);
  let server: ServerProcess | undefined;
  let client: ReturnType<typeof createClient> | undefined;
  const close = async () => {
    signal.removeEventListener('abort', close);
    client?.close();
    await server?.stop();
    endEscaped(sandbox.root);
    await applications.stop();
    sandbox.remove();
  };
  signal.addEventListener('abort', close);
  try {
    const authority = lab.tls
      ? (await import('./certificates.ts')).writeCertificates(sandbox.place('etc/nginx/certs'))
      : undefined;
    const htpasswd = sandbox.place('etc/nginx/htpasswd');
    const users = lab.users ? (await import('./users.ts')).writeUsers(htpasswd, seed) : [];
    if (!lab.users) writeFileSync(htpasswd, '');
    const ports = await choosePorts(applications.ports);
    const sandboxPort = (student: number) => ports.get(student)!;
    const translation = createTranslation(
      [...ports].map(([student, port]) => ({ student, sandbox: port })),
      sandbox.root,
    );
    applications.translate(translation);
    const command = programCommand(spec, { ...launcher.environment, ...environment(sandbox, ports) });
    const http = { host: '127.0.0.1', port: sandboxPort(80) };
    const https = { host: '127.0.0.1', port: sandboxPort(443) };
    const start = async (): Promise<boolean> => {
      server = new ServerProcess(launcher.wrap(command, sandbox.root));
      const listens = await server.waitForDoors([http], startLimit, signal);
      // Whether it speaks HTTPS is for the objectives to say; it is given the time to begin.
      // Where the site may be on either port, `throughSiteDoor` finds out which one to wait for.
      if (listens && lab.tls && lab.door !== 'site') await server.waitForDoors([https], 1000, signal);
      return listens && server.running;
    };
    const ok = await start();
    const messages: StartupMessage[] = ok ? [] : [failure(server, translation.text)];
    client = createClient({
      http,
      https,
      // A program that listens on every address of this machine is found on each of its loopback addresses.
      portAt: (port, outside) =>
        ports.has(port) ? { host: outside ? '127.0.0.2' : '127.0.0.1', port: sandboxPort(port) } : undefined,
      host: 'catalog.test',
      authority,
      translation,
      door: { http: '127.0.0.1', https: '127.0.0.1', authorityFile: '/etc/nginx/certs/authority.crt' },
      signal,
    });
    const capabilities: Capability[] = ['applications', 'stop-applications', 'files', 'own-authority', 'https'];
    if (lab.users) capabilities.push('users');
    if (applications.unixSockets.size > 0) capabilities.push('unix-sockets');
    if (lab.processes && showsProcesses) capabilities.push('workers', 'processes');
    if (await hasLoopbackNetwork()) capabilities.push('client-addresses', 'own-ports');
    const world = createWorld({
      capabilities: new Set(capabilities),
      applications: applications.byName,
      root: sandbox.root,
      users,
      translation,
      address: { http: '80', https: '443' },
      signal,
      server: controlOf(() => server, [http.port, https.port]),
      output: () => server?.output ?? '',
      async restart() {
        await server?.stop();
        endEscaped(sandbox.root);
        if (!(await start())) throw new Error(failure(server, translation.text).text);
      },
    });
    return {
      facts: { kind: spec.kind, location: spec.kind === 'program' ? spec.file : spec.command },
      startup: { ok, messages },
      client,
      world,
      real: realAddresses(http, https, applications.byName.values(), sandbox.place('var/log/nginx')),
      errorLog: async () =>
        (server?.output ?? '')
          .split('\n')
          .filter((line) => line !== '')
          .map(translation.text),
      async ended(patience) {
        await server?.waitForEnd(patience);
        const ending = server?.ending;
        return ending === undefined ? undefined : `the program ended ${translation.text(ending)}`;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Free ports for the front doors, the applications' own, and closed ones for those that this lab doesn't have. */
async function choosePorts(applications: ReadonlyMap<number, number>): Promise<Map<number, number>> {
  const ports = new Map(applications);
  const taken = new Set(applications.values());
  for (const student of [80, 443, statusPort, ...Object.values(applicationPorts)]) {
    if (ports.has(student)) continue;
    const port = student < 1000 || student === statusPort ? await freePort(taken) : await deadPort(taken);
    taken.add(port);
    ports.set(student, port);
  }
  return ports;
}

function environment(sandbox: Sandbox, ports: ReadonlyMap<number, number>): Record<string, string> {
  const address = (student: number) => `127.0.0.1:${ports.get(student)}`;
  return {
    PORT: String(ports.get(80)),
    HTTPS_PORT: String(ports.get(443)),
    STATUS_PORT: String(ports.get(statusPort)),
    CATALOG: address(8080),
    CATALOG_1: address(8081),
    CATALOG_2: address(8082),
    BACK_OFFICE: address(9090),
    UWSGI: address(3031),
    FASTCGI: address(9000),
    UWSGI_SOCKET: sandbox.place(applicationSockets['catalog-uwsgi']!),
    HTML_DIR: sandbox.place('usr/share/nginx/html'),
    POSTER_DIR: sandbox.place('usr/share/nginx/poster'),
    TLS_CERT: sandbox.place('etc/nginx/certs/catalog.test.crt'),
    TLS_KEY: sandbox.place('etc/nginx/certs/catalog.test.key'),
    HTPASSWD: sandbox.place('etc/nginx/htpasswd'),
    LOG_DIR: sandbox.place('var/log/nginx'),
    CACHE_DIR: sandbox.place('var/cache/nginx'),
  };
}

function programCommand(spec: Spec, variables: ServerCommand['environment']): ServerCommand {
  if (spec.kind === 'command')
    return { file: spec.command, args: [], environment: variables, folder: spec.folder ?? process.cwd(), shell: true };
  const file = path.resolve(spec.file);
  return { file: process.execPath, args: [file], environment: variables, folder: path.dirname(file) };
}

/** Why a program isn't up, with the last it said. */
function failure(server: ServerProcess | undefined, translate: (text: string) => string): StartupMessage {
  const lines = server?.output.trim().split('\n').slice(-12) ?? [];
  const said = translate(
    lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)).join('\n'),
  );
  const code = server?.exitCode;
  const what = server?.running
    ? `it did not listen on 127.0.0.1 at the port in the environment variable PORT within ${startLimit / 1000} s`
    : `it ended${code === null || code === undefined ? '' : ` with exit code ${code}`} before it listened${code === 0 ? '; a server has to stay in the foreground' : ''}`;
  return { severity: 'emerg', text: `the program did not start: ${what}${said === '' ? '' : `. It said:\n${said}`}` };
}
