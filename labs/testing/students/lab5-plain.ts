import { moved, secureSite, serve, serveSecurely } from '../gateway.ts';

serve(moved);
await serveSecurely(secureSite);
