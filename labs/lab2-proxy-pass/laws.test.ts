import { laws } from '../testing/laws.ts';

laws('lab2-proxy-pass', { starterFails: ['forwards'] });
