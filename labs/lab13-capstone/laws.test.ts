import { laws } from '../testing/laws.ts';

laws('lab13-capstone', {
  starterFails: [
    'cache-hit',
    'limited',
    'asks',
    'no-version',
    'headers',
    'dot-files',
    'methods',
    'body-limit',
    'access-log',
    'hsts',
    'http2',
    'keepalive',
    'status-page',
  ],
});
