import type { KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DetailedPeerCertificate } from 'node:tls';
import { type Directive, failedCall, PlacelessError, systemPath } from '../config/index.ts';
import type { Build } from './module.ts';
import { onDemand } from './on-demand.ts';

/** OpenSSL's words for a file that can't be opened. */
function unopened(file: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const [number, words] =
    code === 'EACCES'
      ? ['8000000D', 'Permission denied']
      : code === 'EISDIR'
        ? ['80000015', 'Is a directory']
        : ['80000002', 'No such file or directory'];
  const end = code === 'ENOENT' ? '10000080:BIO routines::no such file' : '10080002:BIO routines::system lib';
  return `(SSL: error:${number}:system library::${words}:calling fopen(${file}, r) error:${end})`;
}

/** How many certificates stand above one in its chain: the authority that is trusted, and those between. */
export function issuersAbove(certificate: DetailedPeerCertificate): number {
  let count = 0;
  for (let at = certificate; at.issuerCertificate !== undefined && at.issuerCertificate !== at; count++) {
    at = at.issuerCertificate;
  }
  return count;
}

/** Reads a PEM file that a directive names. `what` begins the message when it can't be opened. */
export function readPem(file: string, what: string): Buffer {
  try {
    return readFileSync(systemPath(file));
  } catch (error) {
    throw new PlacelessError(`${what} failed ${unopened(file, error)}`);
  }
}

/** The passphrases of a file, one on each line. Throws in nginx's words. Source: ngx_ssl_read_password_file. */
export function readPasswords(directive: Directive, build: Build): string[] {
  const file = build.path(directive.words[0]!.text, 'conf');
  let text: string;
  try {
    text = readFileSync(systemPath(file), 'latin1');
  } catch (error) {
    return build.fail(failedCall('open', file, error));
  }
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** A certificate (chain) and its key, which one of the passphrases may open, checked as nginx checks them at the start. Throws in nginx's words. Source: ngx_ssl_certificate. */
export function readKeyPair(
  certificateFile: string,
  keyFile: string,
  passwords: readonly string[] = [],
): { cert: Buffer; key: Buffer; passphrase?: string } {
  const cert = readPem(certificateFile, `cannot load certificate "${certificateFile}": BIO_new_file()`);
  let first: X509Certificate;
  try {
    first = new onDemand.crypto.X509Certificate(cert);
  } catch {
    throw new PlacelessError(
      `cannot load certificate "${certificateFile}": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)`,
    );
  }
  const key = readPem(keyFile, `cannot load certificate key "${keyFile}": BIO_new_file()`);
  const opened = openKey(key, passwords);
  if (opened === undefined) {
    throw new PlacelessError(
      `cannot load certificate key "${keyFile}": PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)`,
    );
  }
  if (!first.checkPrivateKey(opened.key)) {
    throw new PlacelessError(
      `SSL_CTX_use_PrivateKey("${keyFile}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`,
    );
  }
  return { cert, key, ...(opened.passphrase === undefined ? {} : { passphrase: opened.passphrase }) };
}

/** The key with the first passphrase that opens it; `undefined` when none does. */
function openKey(key: Buffer, passwords: readonly string[]): { key: KeyObject; passphrase?: string } | undefined {
  for (const passphrase of [undefined, ...passwords]) {
    try {
      if (passphrase === undefined) return { key: onDemand.crypto.createPrivateKey(key) };
      return { key: onDemand.crypto.createPrivateKey({ key, passphrase }), passphrase };
    } catch {
      // The next one may.
    }
  }
  return undefined;
}
