import type { SecureContext, SecureContextOptions } from 'node:tls';
import { ConfigError, PlacelessError } from '../config/index.ts';
import { readKeyPair, readPem } from './certificate.ts';
import { onDemand } from './on-demand.ts';
import { type TlsCommand, withTlsCommands } from './tls-commands.ts';
import { tlsRange } from './tls-range.ts';

/** What a server says of its side of TLS. Paths are absolute, times in milliseconds. */
export interface ServerTls {
  certificates?: string[];
  keys?: string[];
  passwords?: readonly string[];
  protocols?: readonly string[];
  ciphers?: string;
  curves?: string;
  preferServerCiphers?: boolean;
  sessionTimeout?: number;
  sessionTickets?: boolean;
  ticketKeys?: string[];
  /** What is in them. */
  readTicketKeys?: readonly Buffer[];
  dhparam?: string;
  verifyClient?: 'off' | 'on' | 'optional' | 'optional_no_ca';
  clientCertificate?: string;
  trustedCertificate?: string;
  revoked?: string;
  commands?: TlsCommand[];
}

/** Loads what a server with certificates names. Throws in nginx's words. Source: ngx_http_ssl_merge_srv_conf. */
export function serverCredentials(own: ServerTls): { credentials: SecureContextOptions; context: SecureContext } {
  const credentials = optionsOf(own);
  try {
    return { credentials, context: onDemand.tls.createSecureContext(credentials) };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { message } = error as Error;
    if (/cipher/i.test(message)) {
      throw new PlacelessError(
        `SSL_CTX_set_cipher_list("${own.ciphers}") failed (SSL: error:0A0000B9:SSL routines::no cipher match)`,
      );
    }
    if (/curve|group/i.test(message)) throw new PlacelessError(`SSL_CTX_set1_curves_list("${own.curves}") failed`);
    throw new PlacelessError(`SSL_CTX failed (SSL: ${message})`);
  }
}

function optionsOf(own: ServerTls): SecureContextOptions {
  const pairs = own.certificates!.map((file, i) => readKeyPair(file, own.keys![i]!, own.passwords));
  if ((own.verifyClient === 'on' || own.verifyClient === 'optional') && own.clientCertificate === undefined) {
    throw new PlacelessError('no ssl_client_certificate for ssl_verify_client');
  }
  const options: SecureContextOptions & { ticketKeys?: Buffer } = {
    cert: pairs.map(({ cert }) => cert),
    key: pairs.map(({ key, passphrase }) => ({ pem: key, ...(passphrase === undefined ? {} : { passphrase }) })),
    ciphers: own.ciphers!,
    honorCipherOrder: own.preferServerCiphers === true,
    secureOptions: own.sessionTickets === false ? onDemand.crypto.constants.SSL_OP_NO_TICKET : 0,
    ...tlsRange(own.protocols!),
  };
  const authorities = [own.clientCertificate, own.trustedCertificate].filter((file) => file !== undefined);
  if (authorities.length > 0) {
    options.ca = authorities.map((file) => readPem(file, `SSL_CTX_load_verify_locations("${file}")`));
  }
  if (own.revoked !== undefined) options.crl = readPem(own.revoked, `X509_LOOKUP_load_file("${own.revoked}")`);
  if (own.dhparam !== undefined) options.dhparam = readPem(own.dhparam, `BIO_new_file("${own.dhparam}")`);
  if (own.curves !== undefined && own.curves !== 'auto') options.ecdhCurve = own.curves;
  // As in nginx a session is good wherever the same certificates are.
  const certificates = onDemand.crypto.createHash('sha256');
  for (const { cert } of pairs) certificates.update(cert);
  options.sessionIdContext = certificates.digest('base64').slice(0, 32);
  // Of several keys the first one seals tickets; Node takes no others to open them with.
  const ticketKeys = own.readTicketKeys?.[0];
  if (ticketKeys !== undefined) options.ticketKeys = ticketKeys;
  return withTlsCommands(options, own.commands);
}
