import { laws } from '../testing/laws.ts';

laws('lab10-security', {
  starterFails: [
    'no-version',
    'headers',
    'dot-files',
    'methods',
    'body-limit',
    'status-page',
    'header-limits',
    'slow-clients',
    'no-listing',
  ],
});
