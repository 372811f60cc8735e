import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createSandbox } from '../../target/sandbox.ts';
import { ServerProcess } from '../../target/server-process.ts';
import { createLauncher } from './launcher.ts';
import { project } from './mounts.ts';
import type { ShutIn } from './worker-command.ts';

/**
 * Starts the reference proxy as a submission is started, and ends with an error when that doesn't work. The first runs
 * may write to the cache of compiled sources, the last is as it is for a submission.
 */
const { shutIn } = JSON.parse(process.argv[2]!) as { readonly shutIn: ShutIn };
const sandbox = createSandbox(0);
const configuration = sandbox.place('etc/nginx/nginx.conf');
writeFileSync(configuration, 'events {} http { server { listen 127.0.0.1:8000; } }');

const proxy = (name: string) => path.join(project, 'proxy', name);
const test = [proxy('nginx.mjs'), '-t', '-e', 'stderr', '-p', `${sandbox.root}/`, '-c', configuration];

await run([proxy('index.ts')], true);
await run(test, true);
// Node lets its user alone read what it keeps.
for (const entry of readdirSync(shutIn.cache.submissions, { recursive: true, withFileTypes: true })) {
  try {
    chmodSync(path.join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  } catch {
    // Another trial has put a newer one in its place.
  }
}
await run(test, false);

async function run(args: readonly string[], trusted: boolean): Promise<void> {
  const launcher = createLauncher({ ...shutIn, trusted });
  const { environment } = launcher;
  const command = launcher.wrap({ file: process.execPath, args, environment, folder: sandbox.root }, sandbox.root);
  const server = new ServerProcess(command);
  const ended = await server.waitForEnd(20_000);
  await server.stop();
  if (ended && server.exitCode === 0) return;
  process.stderr.write(`\n${server.output.trim() || 'a trial took too long'}\n`);
  process.exit(1);
}
