/** What a process was started as, when a process of the same server started it. */
export type Role = 'worker' | 'daemon';

const VARIABLE = 'NGINX_PROCESS';

/** The environment of a process that is to be started for this role. */
export function environmentFor(role: Role): NodeJS.ProcessEnv {
  return { ...process.env, [VARIABLE]: role };
}

/** What this process was started as; its own children don't inherit it. */
export function takeRole(): Role | undefined {
  const role = process.env[VARIABLE];
  delete process.env[VARIABLE];
  return role === 'worker' || role === 'daemon' ? role : undefined;
}
