import { laws } from '../testing/laws.ts';

laws('lab4-static-posters', { starterFails: ['posters', 'not-the-app'] });
