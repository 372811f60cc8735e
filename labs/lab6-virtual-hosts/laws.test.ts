import { laws } from '../testing/laws.ts';

laws('lab6-virtual-hosts', { starterFails: ['back-office', 'posters', 'unknown-host'] });
