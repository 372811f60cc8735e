import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { z } from 'zod';

/** An Ed25519 signature (RFC 8032) over the rest of the document that it stands in. */
export interface Signature {
  readonly algorithm: 'Ed25519';
  /** SubjectPublicKeyInfo, DER, base64. */
  readonly publicKey: string;
  /** Base64. */
  readonly value: string;
}

const signatureData = z.object({ algorithm: z.literal('Ed25519'), publicKey: z.base64(), value: z.base64() });

/** What `verifyDocument` found out. */
export type Verdict =
  | { readonly kind: 'signed'; readonly fingerprint: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'altered'; readonly fingerprint: string }
  | { readonly kind: 'other-key'; readonly fingerprint: string };

/** Reads a private key (PEM, PKCS #8, as `openssl genpkey -algorithm ed25519` writes it). Throws an Error that says what it is instead. */
export function readPrivateKey(pem: string): KeyObject {
  return ed25519(() => createPrivateKey(pem), 'private');
}

/** Reads a public key, or takes it from a private one. */
export function readPublicKey(pem: string): KeyObject {
  return ed25519(() => createPublicKey(pem), 'public');
}

function ed25519(read: () => KeyObject, kind: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw new Error(`it holds no ${kind} key in PEM form (${(error as Error).message})`);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`it holds a key for ${key.asymmetricKeyType}, not for Ed25519`);
  return key;
}

/** A new pair of keys, in PEM form. */
export function createKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** The document with a signature in it. */
export function signDocument<T extends object>(
  document: T,
  privateKey: KeyObject,
): T & { readonly signature: Signature } {
  const publicKey = createPublicKey(privateKey);
  const value = sign(null, canonical(document), privateKey).toString('base64');
  const encoded = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { ...document, signature: { algorithm: 'Ed25519', publicKey: encoded, value } };
}

/**
 * Whether a document is as it was signed, and by this key when one is given. Without a key only that is known: whoever holds
 * the key with this fingerprint has signed it.
 */
export function verifyDocument(document: unknown, trusted?: KeyObject): Verdict {
  const { signature, ...rest } = z.looseObject({ signature: signatureData.optional() }).parse(document);
  if (signature === undefined) return { kind: 'unsigned' };
  const key = createPublicKey({ key: Buffer.from(signature.publicKey, 'base64'), format: 'der', type: 'spki' });
  const print = fingerprint(key);
  if (
    key.asymmetricKeyType !== 'ed25519' ||
    !verify(null, canonical(rest), key, Buffer.from(signature.value, 'base64'))
  )
    return { kind: 'altered', fingerprint: print };
  if (trusted !== undefined && fingerprint(trusted) !== print) return { kind: 'other-key', fingerprint: print };
  return { kind: 'signed', fingerprint: print };
}

/** SHA-256 of the public key, as `ssh-keygen -l` shows fingerprints. */
export function fingerprint(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
}

/** The same bytes for the same document, whatever the order of its properties: keys sorted, no spaces (as RFC 8785 has it). */
function canonical(document: object): Buffer {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
  };
  return Buffer.from(JSON.stringify(sorted(document)));
}
