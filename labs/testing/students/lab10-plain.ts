import { hardened } from '../gateway.ts';

hardened().listen(Number(process.env.PORT), '127.0.0.1');
