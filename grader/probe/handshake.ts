import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Client, Handshake } from '../lab.ts';
import type { TlsOptions } from './connection.ts';

type Asked = NonNullable<Parameters<Client['handshake']>[0]>;

/** What one TLS handshake shows: the protocol agreed on, the certificate, and whether the authority vouches for it. */
export async function shakeHands(
  connect: (tls: Partial<TlsOptions>) => Promise<Socket>,
  asked: Asked,
): Promise<Handshake> {
  let socket: TLSSocket;
  try {
    socket = (await connect({
      ...(asked.minVersion === undefined ? {} : { minVersion: asked.minVersion }),
      ...(asked.maxVersion === undefined ? {} : { maxVersion: asked.maxVersion }),
      ...(asked.alpn === undefined ? {} : { alpn: asked.alpn }),
    })) as TLSSocket;
  } catch (error) {
    return { ok: false, failure: (error as Error).message };
  }
  const certificate = socket.getPeerCertificate();
  const facts: Handshake = {
    ok: true,
    protocol: socket.getProtocol() ?? '',
    alpn: socket.alpnProtocol ?? false,
    authorized: socket.authorized,
    ...(socket.authorizationError ? { authorizationError: String(socket.authorizationError) } : {}),
    certificate: {
      names: namesOf(certificate.subjectaltname),
      issuer: String(certificate.issuer?.CN ?? ''),
      validFrom: new Date(certificate.valid_from),
      validTo: new Date(certificate.valid_to),
    },
  };
  socket.destroy();
  return facts;
}

/** The names a certificate is for: its alternative names. Nobody looks at a common name any more (RFC 9525, section 2). */
function namesOf(alternatives: string | undefined): string[] {
  return (alternatives ?? '')
    .split(/,\s*/)
    .filter((entry) => /^(DNS|IP Address):/.test(entry))
    .map((entry) => entry.replace(/^.*?:/, ''));
}
