import { spawn } from 'node:child_process';

/**
 * A shell that waits for the end of its stdin, which comes when this program ends, `kill -9` included, and then does the
 * last line it was told. A process of its own, for nothing can be done by a program that was killed.
 */
const script = `
last=
while IFS= read -r line; do last=$line; done
end() { kill -9 -"$1" 2>/dev/null; }
# A killed program may write for a moment more, into a folder that is being removed.
remove() { for attempt in 1 2 3 4 5; do rm -rf "$1" && return; sleep 1; done; }
eval "$last"`;

/** Keeps watch over what must not outlive this program. */
export interface Guard {
  /** These process groups and folders, and no others, from when `known` is called on. */
  watch(groups: readonly number[], folders: readonly string[], known: () => void): void;
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
    watch(groups, folders, known) {
      const ends = groups.map((group) => `end ${group};`);
      const removals = folders.map((folder) => `remove ${quote(folder)};`);
      // A guard that is gone can't be waited for either.
      shell.stdin.write(`${[...ends, ...removals].join(' ')}\n`, () => known());
    },
  };
}

/** A word as a shell reads it back unchanged; a line break would end the line. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`).replaceAll('\n', '')}'`;
}
