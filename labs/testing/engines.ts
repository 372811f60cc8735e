import { existsSync } from 'node:fs';

/** Whether there is a real nginx where packages put it. */
export const nginxInstalled = [
  '/usr/sbin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
  '/usr/local/sbin/nginx',
].some((path) => existsSync(path));

const required = process.env.WORKBOOK_REQUIRE_NGINX === '1';

/** The engines on which a configuration is graded; a missing nginx is skipped unless it has to be there. */
export const engines = [
  { engine: 'reference', skip: false },
  { engine: 'nginx', skip: !nginxInstalled && !required },
] as const;
