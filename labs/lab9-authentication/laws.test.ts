import { laws } from '../testing/laws.ts';

laws('lab9-authentication', { starterFails: ['asks'] });
