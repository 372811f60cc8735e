import { laws } from '../testing/laws.ts';

laws('lab11-scale', { starterFails: ['workers', 'compression', 'reuse', 'failover', 'sticky'] });
