import { laws } from '../testing/laws.ts';

laws('lab5-https-redirect', { starterFails: ['tls', 'redirect', 'no-plaintext', 'verbatim'] });
