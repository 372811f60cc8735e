// fails: lab5.tls
// ways: expired, other.test, self-signed, not-yet-valid, no-names, another-authority
// Everything works, with a certificate that no browser would take.
import { dirname, join } from 'node:path';
import { moved, secureSite, serve, serveSecurely } from '../gateway.ts';

serve(moved);
const place = join(dirname(process.env.TLS_CERT!), process.argv[2]!);
await serveSecurely(secureSite, `${place}.crt`, `${place}.key`);
