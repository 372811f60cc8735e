import { spawn } from 'node:child_process';

/**
 * A shell that waits for the end of its stdin, which comes when this program ends, `kill -9` included, and then does the
 * last line it was told. A process of its own, for nothing can be done by a program that was killed.
 */
const script = 'last=; while IFS= read -r line; do last=$line; done; eval "$last"';

/** Keeps watch over what must not outlive this program. */
export interface Guard {
  /** From now on these process groups and folders, and no others. */
  watch(groups: readonly number[], folders: readonly string[]): void;
}

/** Starts the guard; undefined where there is no shell for it. */
export function startGuard(): Guard | undefined {
  if (process.platform === 'win32') return undefined;
  // In a session of its own, so that a closed terminal or Ctrl-C doesn't end it before its time.
  const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  // It waits for this program, not the other way round.
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return {
    watch(groups, folders) {
      const kill = groups.map((group) => `kill -9 -${group} 2>/dev/null;`);
      const remove = folders.map((folder) => `rm -rf ${quote(folder)};`);
      shell.stdin.write(`${[...kill, ...remove].join(' ')}\n`);
    },
  };
}

/** A word as a shell reads it back unchanged; a line break would end the line. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`).replaceAll('\n', '')}'`;
}
