import { laws } from '../testing/laws.ts';

laws('lab8-cache', { starterFails: ['hit'] });
