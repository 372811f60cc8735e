// fails: lab13.under-load, lab13.hsts, lab13.keepalive, lab13.cache-status, lab13.one-request, lab13.status-page
// A vote is told to the other instance as well, so that both know of it.
import { serveWholeSite } from '../whole-site.ts';

await serveWholeSite({ copies: ({ method }, instances) => (method === 'POST' ? instances.slice(1) : []) });
