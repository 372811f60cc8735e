import { laws } from '../testing/laws.ts';

laws('lab12-app-protocols', { starterFails: ['uwsgi', 'fastcgi'] });
