import { laws } from '../testing/laws.ts';

laws('lab7-rate-limit', { starterFails: ['limited', 'downloads-at-once', 'download-speed'] });
