import { laws } from '../testing/laws.ts';

laws('lab1-install', {
  starterFails: ['welcome-page', 'index', 'missing-page', 'error-page', 'content-types', 'conditional'],
});
