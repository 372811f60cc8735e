import { laws } from '../testing/laws.ts';

laws('lab3-upstream', { starterFails: ['both-backends'] });
