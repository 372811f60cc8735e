// fails: lab13.hsts, lab13.keepalive, lab13.cache-status, lab13.one-request, lab13.status-page
import { serveWholeSite } from '../whole-site.ts';

await serveWholeSite();
