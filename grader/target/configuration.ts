import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Directive } from '../../proxy/config/index.ts';
import type { Capability, Lab } from '../lab.ts';
import { createClient, createTranslation } from '../probe/index.ts';
import type { StartupMessage } from '../result.ts';
import { mapConfiguration } from './config-map.ts';
import { engineCommand, waitingReference } from './engine.ts';
import { type IncludeTree, readIncludeTree } from './include-tree.ts';
import { startApplications } from './lab-applications.ts';
import { type Launcher, plainLauncher } from './launcher.ts';
import { hasIpv6, hasLoopbackNetwork } from './ports.ts';
import { showsProcesses } from './processes.ts';
import { realAddresses } from './real-addresses.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { controlOf } from './server-control.ts';
import type { ServerHost } from './server-host.ts';
import { type Server, ServerProcess, waitForDoors } from './server-process.ts';
import { readStartupMessages } from './startup-messages.ts';
import { readSubmission, type Submission, usesStockMain } from './submission.ts';
import type { OpenTarget, StudentConfiguration, TargetSpec } from './target.ts';
import { readTraces, type Words } from './traces.ts';
import { createWorld } from './world.ts';

type Spec = Extract<TargetSpec, { kind: 'configuration' }>;

/**
 * ms until a server must listen. One that can't ends by itself (nginx tries for 2.5 s to get a port that is taken), so
 * this is for a machine that is busy with other things: ten workers may take their time there.
 */
const startLimit = 30_000;

export interface ConfigurationOptions {
  readonly launcher: Launcher;
  /** From `prepareServer`. */
  readonly prepared?: ServerProcess | undefined;
  readonly host?: ServerHost | undefined;
  /** Has the reference proxy write down how it treats each request. */
  readonly trace?: boolean | undefined;
}

/** Runs a student's configuration in a sandbox, on the reference proxy or on nginx. */
export async function openConfiguration(
  spec: Spec,
  lab: Lab,
  seed: number,
  signal: AbortSignal,
  options: ConfigurationOptions,
): Promise<OpenTarget> {
  // Many checks run side by side: a port that was free may be taken by another before the server binds it.
  for (let attempt = 1; ; attempt++) {
    const target = await openOnce(
      spec,
      lab,
      seed,
      signal,
      attempt === 1 ? options : { ...options, prepared: undefined },
    );
    const taken = target.startup.messages.some(({ file, text }) => file === undefined && /bind\(\).*in use/.test(text));
    if (target.startup.ok || !taken || attempt === 3) return target;
    await target.close();
  }
}

async function openOnce(
  spec: Spec,
  lab: Lab,
  seed: number,
  signal: AbortSignal,
  { launcher, prepared, host, trace }: ConfigurationOptions,
): Promise<OpenTarget> {
  const submission = readSubmission(spec.path);
  const tree = readIncludeTree(submission.files);
  const sandbox = createSandbox(seed);
  const applications = await startApplications(lab, seed, sandbox.place);
  let server: Server | undefined;
  /** The next server, loaded already. */
  let spare = prepared;
  let client: ReturnType<typeof createClient> | undefined;
  const close = async () => {
    signal.removeEventListener('abort', close);
    client?.close();
    await Promise.all([server?.end(), spare?.end(), applications.stop()]);
    sandbox.remove();
  };
  signal.addEventListener('abort', close);
  try {
    const mapped = await mapConfiguration(tree, submission.files, {
      root: sandbox.root,
      engine: spec.engine,
      applications: applications.ports,
      unixSockets: applications.unixSockets,
      ipv6: hasIpv6(),
      // What one worker has seen of an instance that failed, the next hasn't: with more of them, chance would have a say.
      // Where workers are the subject, a grader on one core has as many as another on sixty-four.
      cores: lab.processes ? 2 : 1,
    });
    const translation = createTranslation(mapped.addresses.pairs, sandbox.root);
    applications.translate(translation);
    const usesTls = lab.tls === true || [...mapped.texts.values()].some((text) => text.includes('ssl_certificate'));
    const authority = usesTls
      ? (await import('./certificates.ts')).writeCertificates(sandbox.place('etc/nginx/certs'))
      : undefined;
    writeFiles(sandbox, submission, mapped.texts);
    const users = lab.users ? (await import('./users.ts')).writeUsers(sandbox.place('etc/nginx/htpasswd'), seed) : [];

    const facts = { hasPid: mapped.hasPid, stockMain: usesStockMain(submission.files) && !lab.processes, trace };
    const command = engineCommand(spec.engine, sandbox.root, facts, launcher);
    const run = (args: readonly string[]) =>
      new ServerProcess(launcher.wrap({ ...command, args: [...command.args, ...args] }, sandbox.root));
    const doors = mapped.doors.map((door) => ({ host: door.host, port: door.sandbox }));
    const messages: StartupMessage[] = [...submission.refused, ...mapped.refused, ...circle(tree, submission)];
    const instructions = launcher === plainLauncher ? command.instructions : undefined;
    // A signal would reach all that are hosted beside it.
    const hosting = command.single && !lab.reloads ? host : undefined;
    const launch = (): Server => {
      if (instructions === undefined) return run([]);
      if (hosting !== undefined) return hosting.start(instructions);
      const next = spare ?? new ServerProcess(waitingReference);
      spare = undefined;
      next.tell(instructions);
      return next;
    };
    const start = async (): Promise<boolean> => {
      server = launch();
      return waitForDoors(server, doors, startLimit, signal);
    };
    const explain = () => readStartupMessages(server?.output ?? '', submission.files, translation.text);
    let ok = false;
    if (messages.length === 0) {
      ok = doors.length > 0 && (await start());
      if (doors.length === 0)
        messages.push(...(await explainWithoutDoors(() => run(['-t']), submission, translation.text)));
      else messages.push(...explain());
      if (!ok && !messages.some(({ severity }) => severity === 'emerg'))
        messages.push(silentFailure(server, tree, submission));
    }

    const front = (port: number) => {
      const found = mapped.doors.filter(
        (door) => door.port === port && door.sandbox === mapped.addresses.port(port, 'connect'),
      );
      const door = found.find(({ family }) => family === 4) ?? found[0];
      return door === undefined ? undefined : { host: door.host, port: door.sandbox };
    };
    const capabilities = new Set<Capability>([
      'applications',
      'stop-applications',
      'files',
      'access-log',
      'own-authority',
      'https',
      'own-ports',
    ]);
    // From 127.0.0.2 nobody reaches ::1.
    const fromElsewhere = [80, 443].every((port) => (front(port)?.host ?? '127.0.0.1') === '127.0.0.1');
    if (lab.users) capabilities.add('users');
    if (applications.unixSockets.size > 0) capabilities.add('unix-sockets');
    if (instructions !== undefined && command.single) capabilities.add('skip-time');
    if (lab.processes || lab.reloads) capabilities.add('reload');
    if (lab.processes) capabilities.add('workers');
    if (lab.processes && showsProcesses) capabilities.add('processes');
    if (fromElsewhere && (await hasLoopbackNetwork())) capabilities.add('client-addresses');
    client = createClient({
      http: front(80) ?? { host: '127.0.0.1', port: mapped.addresses.port(80, 'listen') },
      https: front(443) ?? { host: '127.0.0.1', port: closedPort },
      portAt(port, outside) {
        const found = mapped.doors.filter((one) => one.port === port && (one.open || !outside));
        const door = found.find(({ family }) => family === 4) ?? found[0];
        return door && { host: door.host, port: door.sandbox };
      },
      host: 'catalog.test',
      authority,
      translation,
      door: { http: '127.0.0.1', https: '127.0.0.1', authorityFile: '/etc/nginx/certs/authority.crt' },
      signal,
    });
    const world = createWorld({
      capabilities,
      applications: applications.byName,
      root: sandbox.root,
      users,
      translation,
      address: { http: '80', https: '443' },
      signal,
      server: controlOf(
        () => server,
        doors.map(({ port }) => port),
        async (line) => {
          for (const [place, text] of mapped.texts) {
            const edited = line === undefined ? text : text.replace(/\bserver\s*\{/g, (open) => `${open} ${line} `);
            writeFileSync(sandbox.place(place), edited);
          }
        },
      ),
      output: () => server?.output ?? '',
      skipTime: (milliseconds) => server?.tell(`skip ${milliseconds}`),
      async restart() {
        await server?.stop();
        if (!(await start()))
          throw new Error(`the server did not start again: ${explain().at(-1)?.text ?? 'it said nothing'}`);
        // Where one restart was needed, more are to come.
        if (instructions !== undefined && hosting === undefined) spare ??= new ServerProcess(waitingReference);
      },
    });
    const configuration = studentView(tree, submission);
    const words: Words = {
      text: translation.text,
      file: (place) => submission.files.get(place)?.name ?? place,
      configuration,
    };
    return {
      facts: { kind: 'configuration', engine: spec.engine, location: spec.path },
      startup: { ok, messages },
      client,
      world,
      configuration,
      real: realAddresses(
        front(80) ?? { host: '127.0.0.1', port: mapped.addresses.port(80, 'listen') },
        front(443) ?? { host: '127.0.0.1', port: closedPort },
        applications.byName.values(),
        sandbox.place('var/log/nginx'),
      ),
      async errorLog() {
        const log = readText(sandbox.place('var/log/nginx/error.log'));
        return `${server?.output ?? ''}${log}`
          .split('\n')
          .filter((line) => line !== '')
          .map(translation.text);
      },
      ...(command.traces !== undefined && { traces: async () => readTraces(readText(command.traces!), words) }),
      async ended(patience) {
        await server?.waitForEnd(patience);
        const ending = server?.ending;
        return ending === undefined ? undefined : `the server ended ${translation.text(ending)}`;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A port nobody listens on: where HTTPS is asked for and the configuration offers none. */
const closedPort = 803;

function writeFiles(sandbox: Sandbox, submission: Submission, texts: ReadonlyMap<string, string>): void {
  for (const [place, file] of submission.files) {
    const target = sandbox.place(place);
    mkdirSync(path.dirname(target), { recursive: true });
    // The lab's own certificates win over copies in a submission, whose keys would belong to another authority.
    if (/\/certs\/(catalog\.test|authority)\.(crt|key)$/.test(place)) continue;
    writeFileSync(target, texts.get(place) ?? file.bytes);
  }
}

/** Without a server that listens there is nothing to wait for: the engine is asked what it thinks, and then we say it. */
async function explainWithoutDoors(
  test: () => ServerProcess,
  submission: Submission,
  translate: (text: string) => string,
): Promise<StartupMessage[]> {
  const tester = test();
  await tester.waitForEnd(startLimit);
  await tester.stop();
  const messages = readStartupMessages(tester.output, submission.files, translate);
  if (messages.some(({ severity }) => severity === 'emerg')) return messages;
  return [
    ...messages,
    { severity: 'emerg', text: 'the configuration has no server block, so nothing listens on port 80' },
  ];
}

function circle({ loop }: IncludeTree, { files }: Submission): StartupMessage[] {
  if (loop === undefined) return [];
  const name = (place: string) => files.get(place)?.name ?? place;
  return [{ file: name(loop.by), severity: 'emerg', text: `"${name(loop.place)}" includes itself` }];
}

function silentFailure(server: Server | undefined, tree: IncludeTree, submission: Submission): StartupMessage {
  if (tree.error !== undefined) {
    const { file, line, reason } = tree.error;
    const name = file === undefined ? undefined : (submission.files.get(file)?.name ?? file);
    return {
      ...(name === undefined ? {} : { file: name }),
      ...(line === undefined ? {} : { line }),
      severity: 'emerg',
      text: reason,
    };
  }
  const said = server?.output.trim().split('\n').slice(-5).join('\n') ?? '';
  const what = server?.running ? `it did not listen within ${startLimit / 1000} s` : 'it ended at once';
  return { severity: 'emerg', text: `the server did not start: ${what}${said === '' ? '' : `, and said: ${said}`}` };
}

/** The tree with the file names that the student knows. */
function studentView(tree: IncludeTree, submission: Submission): StudentConfiguration {
  const name = (place: string) => submission.files.get(place)?.name ?? place;
  const rename = (directive: Directive): Directive => ({
    ...directive,
    file: name(directive.file),
    ...(directive.block === undefined ? {} : { block: directive.block.map(rename) }),
  });
  return {
    directives: tree.directives.map(rename),
    files: [...tree.read].map((place) => ({ name: name(place), text: submission.files.get(place)?.text ?? '' })),
  };
}

/** Last bytes of an error log that are looked at; at level `debug` it may grow to gigabytes. */
const errorLogLimit = 1024 * 1024;

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    const bytes = Buffer.alloc(Math.min(size, errorLogLimit));
    const handle = openSync(file, 'r');
    try {
      return bytes.toString('utf8', 0, readSync(handle, bytes, 0, bytes.length, size - bytes.length));
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}
