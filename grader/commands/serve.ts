import { newSeed } from '../random.ts';
import type { OpenTarget } from '../target/index.ts';
import { ended, onInterrupt } from './interrupt.ts';
import { findLab } from './labs.ts';
import { print } from './output.ts';
import { chooseTargets, type TargetOptions } from './target.ts';
import { exitCodes, UsageError } from './usage.ts';

/** `serve LAB`: the applications and the student's server on real ports, to try by hand, until Ctrl-C. */
export async function serve(word: string, options: TargetOptions): Promise<number> {
  const entry = findLab(word);
  const [chosen, ...more] = await chooseTargets(entry, options);
  if (chosen === undefined || more.length > 0) throw new UsageError('serve runs one engine: reference or nginx.');
  if (chosen.spec.kind === 'live') throw new UsageError('serve starts a server; a live one runs already.');
  const interrupt = onInterrupt({ alsoUnread: true });
  const [{ default: lab }, { openTarget }] = await Promise.all([entry.load(), import('../target/index.ts')]);
  let target: OpenTarget;
  try {
    target = await openTarget(chosen.spec, lab, newSeed(), interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    throw error;
  }
  try {
    for (const { file, line, severity, text } of target.startup.messages)
      process.stderr.write(`${file === undefined ? '' : `${file}:${line ?? 1} `}[${severity}] ${text}\n`);
    if (!target.startup.ok) return exitCodes.failed;
    const { real } = target;
    if (real === undefined) throw new UsageError('this target has no addresses of its own.');
    const rows = [
      `  your server       http://${real.http}   (port 80)`,
      ...(lab.tls ? [`                    https://${real.https}   (port 443)`] : []),
      ...real.applications.map(({ name, scheme, address }) => `  ${name.padEnd(16)}  ${scheme}://${address}`),
      `  logs              ${real.logs}`,
      ...target.world.users.map(
        ({ name, password }, i) => `  ${i === 0 ? 'users ' : '      '}            ${name}, password ${password}`,
      ),
    ];
    const attempt = target.secure
      ? `curl -ik --connect-to ::${real.https} https://catalog.test/`
      : `curl -i -H 'Host: catalog.test' http://${real.http}/`;
    await print(`\n${rows.join('\n')}\n\n  try   ${attempt}\n  end   Ctrl-C\n\n`);
    await ended(interrupt.signal);
    return 0;
  } finally {
    await target.close();
    interrupt.release();
  }
}
