import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createKeys, readPrivateKey, readPublicKey, signDocument, verifyDocument } from './signature.ts';

const { privateKey, publicKey } = createKeys();
const document = { student: { id: 'ada' }, points: { earned: 80, list: [3, 1, 2] }, text: 'ü "quoted"' };
const signed = signDocument(document, readPrivateKey(privateKey));

/** As it comes back from a file. */
const reread = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value));

describe('a signed result', () => {
  it('is recognised as unchanged, whatever the order of its properties', () => {
    const { points, ...rest } = reread(signed);
    expect(verifyDocument({ points, ...rest }, readPublicKey(publicKey)).kind).toBe('signed');
  });

  it.for([
    ['a value', { ...signed, points: { earned: 100, list: [3, 1, 2] } }],
    ['the order of a list', { ...signed, points: { earned: 80, list: [1, 2, 3] } }],
    ['an addition', { ...signed, bonus: 5 }],
    ['an omission', { student: signed.student, points: signed.points, signature: signed.signature }],
    [
      'the signature',
      {
        ...signed,
        signature: { ...signed.signature, value: signed.signature.value.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) },
      },
    ],
  ] as const)('is altered by %s', ([, altered]) => {
    expect(verifyDocument(reread(altered)).kind).toBe('altered');
  });

  it('by somebody else is not taken for the instructor’s', () => {
    const forged = signDocument({ ...document, points: { earned: 100 } }, readPrivateKey(createKeys().privateKey));
    expect(verifyDocument(reread(forged)).kind).toBe('signed');
    expect(verifyDocument(reread(forged), readPublicKey(publicKey)).kind).toBe('other-key');
  });

  it('without its signature is unsigned', () => {
    expect(verifyDocument(document)).toEqual({ kind: 'unsigned' });
  });
});

describe('a key', () => {
  it('may come from openssl', () => {
    const pem = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' });
    const trusted = execFileSync('openssl', ['pkey', '-pubout'], { input: pem, encoding: 'utf8' });
    expect(verifyDocument(signDocument(document, readPrivateKey(pem)), readPublicKey(trusted)).kind).toBe('signed');
  });

  it('of another kind is refused with what it is', () => {
    const rsa = execFileSync('openssl', ['genrsa', '2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(() => readPrivateKey(rsa)).toThrow('a key for rsa, not for Ed25519');
    expect(() => readPrivateKey('hello')).toThrow('no private key in PEM form');
  });
});
