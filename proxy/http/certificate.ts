import type { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PlacelessError, systemPath } from '../config/index.ts';
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

/** Reads a PEM file that a directive names. `what` begins the message when it can't be opened. */
export function readPem(file: string, what: string): Buffer {
  try {
    return readFileSync(systemPath(file));
  } catch (error) {
    throw new PlacelessError(`${what} failed ${unopened(file, error)}`);
  }
}

/** A certificate (chain) and its key, checked as nginx checks them at the start. Throws in nginx's words. Source: ngx_ssl_certificate. */
export function readKeyPair(certificateFile: string, keyFile: string): { cert: Buffer; key: Buffer } {
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
  let matches: boolean;
  try {
    matches = first.checkPrivateKey(onDemand.crypto.createPrivateKey(key));
  } catch {
    throw new PlacelessError(
      `cannot load certificate key "${keyFile}": PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)`,
    );
  }
  if (!matches) {
    throw new PlacelessError(
      `SSL_CTX_use_PrivateKey("${keyFile}") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)`,
    );
  }
  return { cert, key };
}
