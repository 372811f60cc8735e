import type { ServerCommand } from './server-process.ts';

/** How the server of a target is started: as it is, or shut in (grader/batch/isolation). */
export interface Launcher {
  /** What a server finds in its environment besides the lab's world. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether servers run as root. */
  readonly asRoot: boolean;
  /** The command that starts `command`, which works in the sandbox whose folder is `root`. */
  wrap(command: ServerCommand, root: string): ServerCommand;
}

/** Starts servers as they are, with the rights and the environment of this process. */
export const plainLauncher: Launcher = {
  environment: process.env,
  asRoot: process.getuid?.() === 0,
  wrap: (command) => command,
};
