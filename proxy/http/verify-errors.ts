/** OpenSSL's numbers and words for why a certificate isn't trusted, by Node's names. Source: x509_vfy.h, X509_verify_cert_error_string. */
const ERRORS: Readonly<Record<string, readonly [number: number, words: string]>> = {
  UNABLE_TO_GET_ISSUER_CERT: [2, 'unable to get issuer certificate'],
  CERT_SIGNATURE_FAILURE: [7, 'certificate signature failure'],
  CERT_NOT_YET_VALID: [9, 'certificate is not yet valid'],
  CERT_HAS_EXPIRED: [10, 'certificate has expired'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [18, 'self-signed certificate'],
  SELF_SIGNED_CERT_IN_CHAIN: [19, 'self-signed certificate in certificate chain'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [20, 'unable to get local issuer certificate'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [21, 'unable to verify the first certificate'],
  CERT_CHAIN_TOO_LONG: [22, 'certificate chain too long'],
  CERT_REVOKED: [23, 'certificate revoked'],
  PATH_LENGTH_EXCEEDED: [25, 'path length constraint exceeded'],
  INVALID_PURPOSE: [26, 'unsuitable certificate purpose'],
  CERT_UNTRUSTED: [27, 'certificate not trusted'],
  CERT_REJECTED: [28, 'certificate rejected'],
  INVALID_CA: [79, 'invalid CA certificate'],
};

/** OpenSSL's words for a reason that Node gives by name. */
export function verifyWords(code: string): string {
  return ERRORS[code]?.[1] ?? code;
}

/** The same with its number, as the error log has it: `19:self-signed certificate in certificate chain`. */
export function verifyError(code: string): string {
  const known = ERRORS[code];
  return known === undefined ? code : `${known[0]}:${known[1]}`;
}
