import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bits, element, identifier, integer, octets, sequence, set, time, utf8, yes } from './der.ts';

const day = 24 * 60 * 60 * 1000;
const authorityName = 'Workbook lab authority';

interface Holder {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/**
 * Writes the lab's certificates into a folder and returns the authority's, as PEM. All are ECDSA P-256, made fresh:
 * - `catalog.test.*` for catalog.test, www.catalog.test, backoffice.test and posters.test, good for 90 days
 * - `other.test.*` for another name, `no-names.*` with a common name alone, which browsers don't look at
 * - `expired.*` valid until yesterday, `not-yet-valid.*` from tomorrow on
 * - `self-signed.*` vouched for by nobody, `another-authority.*` by an authority that only has the same name
 * - `authority.crt`, which a client must trust (`curl --cacert`)
 *
 * A certificate is a hundred bytes of DER around a key (RFC 5280): written here, it takes 2 ms where a library takes
 * 150 to load, and a check should feel instant.
 */
export function writeCertificates(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const now = Date.now();
  const valid = [new Date(now - day), new Date(now + 90 * day)] as const;
  const authority = newKey();
  const issuer: Holder = { name: authorityName, privateKey: authority.privateKey };
  const authorityPem = certificate({
    subject: authorityName,
    names: [],
    key: authority.publicKey,
    issuer,
    valid,
    isAuthority: true,
  });
  writeFileSync(path.join(folder, 'authority.crt'), authorityPem);

  const write = (
    file: string,
    names: readonly string[],
    between: readonly [Date, Date],
    by = issuer,
    pair = newKey(),
  ) => {
    const subject = names[0] ?? 'catalog.test';
    const pem = certificate({ subject, names, key: pair.publicKey, issuer: by, valid: between, isAuthority: false });
    writeFileSync(path.join(folder, `${file}.crt`), pem);
    writeFileSync(path.join(folder, `${file}.key`), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
  };
  const names = ['catalog.test', 'www.catalog.test', 'backoffice.test', 'posters.test'];
  write('catalog.test', names, valid);
  write('other.test', ['other.test'], valid);
  write('expired', names, [new Date(now - 90 * day), new Date(now - day)]);
  write('not-yet-valid', names, [new Date(now + day), new Date(now + 90 * day)]);
  write('no-names', [], valid);
  const own = newKey();
  write('self-signed', names, valid, { name: 'catalog.test', privateKey: own.privateKey }, own);
  write('another-authority', names, valid, { name: authorityName, privateKey: newKey().privateKey });
  return authorityPem;
}

function newKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Wanted {
  readonly subject: string;
  readonly names: readonly string[];
  readonly key: KeyObject;
  readonly issuer: Holder;
  readonly valid: readonly [Date, Date];
  readonly isAuthority: boolean;
}

/** An X.509 version 3 certificate (RFC 5280, section 4.1) as PEM. */
function certificate(wanted: Wanted): string {
  const algorithm = sequence(identifier('1.2.840.10045.4.3.2'));
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    element(0xa0, integer(Buffer.of(2))),
    integer(serial),
    algorithm,
    commonName(wanted.issuer.name),
    sequence(time(wanted.valid[0]), time(wanted.valid[1])),
    commonName(wanted.subject),
    wanted.key.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions(wanted))),
  );
  const signature = sign('sha256', body, wanted.issuer.privateKey);
  const lines =
    sequence(body, algorithm, bits(signature))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensions({ names, isAuthority }: Wanted): Buffer[] {
  const constraints = sequence(...(isAuthority ? [yes] : []));
  // keyCertSign and cRLSign for the authority, digitalSignature for a server.
  const usage = isAuthority ? bits(Buffer.of(0x06), 1) : bits(Buffer.of(0x80), 7);
  const list = [
    sequence(identifier('2.5.29.19'), yes, octets(constraints)),
    sequence(identifier('2.5.29.15'), yes, octets(usage)),
  ];
  if (names.length > 0) {
    const alternatives = sequence(...names.map((name) => element(0x82, Buffer.from(name))));
    list.push(sequence(identifier('2.5.29.17'), octets(alternatives)));
  }
  return list;
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(identifier('2.5.4.3'), utf8(name))));
}
