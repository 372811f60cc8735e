import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get } from '../testing/case-file.ts';
import { Authority, type Certificate } from '../testing/certificates.ts';
import { sayOfConfiguration } from '../testing/same-words.ts';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

const FACTS = '$ssl_server_name|$ssl_protocol|$ssl_cipher|$ssl_client_verify|$ssl_client_s_dn';

describe.skipIf(nginxMissing !== undefined)('settings of TLS as nginx has them', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssl-settings-'));
  const clients: Record<string, Partial<Certificate>> = { nobody: {} };
  let pair: SideBySide;

  beforeAll(async () => {
    const authority = new Authority(folder, 'authority');
    const other = new Authority(folder, 'other');
    const between = authority.authority('between');
    const below = between.authority('below');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) authority.issue(name, `/CN=${name}.test`, [`${name}.test`]);
    Object.assign(clients, {
      good: authority.issue('good', '/CN=good'),
      revoked: authority.issue('revoked', '/CN=revoked'),
      stranger: other.issue('stranger', '/CN=stranger'),
      near: withChain(between.issue('near', '/CN=near'), between),
      far: withChain(below.issue('far', '/CN=far'), below, between),
    });
    authority.revoke('revoked');
    between.revoke();
    writeFileSync(`${folder}/passwords`, 'wrong\nright\n');
    writeFileSync(`${folder}/ticket.key`, randomBytes(48));
    writeFileSync(`${folder}/ticket-long.key`, randomBytes(80));
    writeFileSync(`${folder}/ticket-short.key`, 'short');
    execFileSync(
      'openssl',
      [...['ec', '-in', `${folder}/a.key`, '-aes128', '-passout', 'pass:right', '-out', `${folder}/locked.key`]],
      { stdio: 'ignore' },
    );
    const pem = (name: string, key = name): string =>
      `ssl_certificate ${folder}/${name}.crt; ssl_certificate_key ${folder}/${key}.key;`;
    const say = `location / { return 200 "${FACTS}"; }`;
    pair = await SideBySide.start(
      `ssl_protocols TLSv1.2 TLSv1.3; ssl_session_ticket_key ${folder}/ticket.key;
       server { listen 127.0.0.1:PORT ssl; server_name a.test; ${pem('a', 'locked')} ssl_password_file ${folder}/passwords; ${say} }
       server {
         listen 127.0.0.1:PORT ssl; server_name b.test; ${pem('b')} ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256; ${say}
       }
       server {
         listen 127.0.0.1:PORT ssl; server_name c.test; ${pem('c')} ssl_client_certificate ${folder}/authority.crt;
         ssl_verify_client optional; ssl_crl ${folder}/authority.crl; ${say}
       }
       server {
         listen 127.0.0.1:PORT ssl; server_name d.test; ${pem('d')} ssl_client_certificate ${folder}/other.crt;
         ssl_verify_client on; ${say}
       }
       server {
         listen 127.0.0.1:PORT ssl; server_name e.test; ${pem('e')} ssl_conf_command CipherString ECDHE-ECDSA-AES256-GCM-SHA384; ${say}
       }
       server { listen 127.0.0.1:PORT ssl; server_name f.test; ${pem('f')} ssl_protocols TLSv1.2; ${say} }
       server { listen 127.0.0.1:OTHER ssl; server_name a.test; ${pem('a')}
         ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256; ${say} }
       server {
         listen 127.0.0.1:OTHER ssl; server_name c.test; ${pem('c')} ssl_client_certificate ${folder}/authority.crt; ssl_verify_client on;
         ssl_verify_depth 2; ${say}
       }
       server {
         listen 127.0.0.1:OTHER ssl; server_name d.test; ${pem('d')} ssl_client_certificate ${folder}/authority.crt; ssl_verify_client optional;
         ${say}
       }
       server { listen 127.0.0.1:OTHER ssl; server_name no.test; ssl_reject_handshake on; ${say} }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    rmSync(folder, { recursive: true });
  });

  /** What a client gets: whether it was asked for a certificate, the answer, and the session that it may come back with. */
  const ask = (port: number, options: ConnectionOptions): Promise<{ answer: string; session: Buffer | undefined }> =>
    new Promise((resolve) => {
      let text = '';
      let session: Buffer | undefined;
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => {
        text += `${socket.getPeerCertificate().subject?.CN} ${socket.getCipher().name} ${socket.isSessionReused()}\n`;
        socket.write(get('/', '', options.servername ?? 'a.test'));
      });
      socket.on('session', (bytes: Buffer) => (session ??= bytes));
      socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
      socket.on('error', (error: NodeJS.ErrnoException) => (text += `${error.code}`));
      socket.on('close', () => resolve({ answer: comparable({ text, closed: true }), session }));
    });

  const same = async (which: 'ports' | 'others', options: ConnectionOptions): Promise<string> => {
    const [theirs, ours] = await Promise.all(pair[which].map((port) => ask(port, options)));
    expect(ours!.answer).toBe(theirs!.answer);
    const [theirLines, ourLines] = await pair.newErrors('info', (line) =>
      /recv\(\) failed/.test(line) ? undefined : line,
    );
    expect(ourLines).toEqual(theirLines);
    return ours!.answer;
  };

  const CHACHA = 'ECDHE-ECDSA-CHACHA20-POLY1305';
  test.each<[string, 'ports' | 'others', ConnectionOptions]>([
    ['a key that a password opens', 'ports', { servername: 'a.test' }],
    ['the ciphers of the server that is asked for', 'ports', { servername: 'b.test', maxVersion: 'TLSv1.2' }],
    ['no other ciphers', 'ports', { servername: 'b.test', maxVersion: 'TLSv1.2', ciphers: CHACHA }],
    ['no ciphers of it in TLS 1.3', 'ports', { servername: 'b.test' }],
    ['commands of the server that is asked for', 'ports', { servername: 'e.test', maxVersion: 'TLSv1.2' }],
    ['protocols of the server that is asked for', 'ports', { servername: 'f.test' }],
    ['are those of the first server', 'ports', { servername: 'f.test', minVersion: 'TLSv1.3' }],
    ['suites of TLS 1.3 are those of the first server', 'others', { servername: 'd.test' }],
    ['a name that is rejected', 'others', { servername: 'no.test' }],
    ['commands', 'others', { servername: 'a.test' }],
    ['commands: the least version', 'others', { servername: 'a.test', maxVersion: 'TLSv1.2' }],
  ])('%s', async (_, which, options) => {
    await same(which, options);
  });

  describe.each([['TLSv1.2'], ['TLSv1.3']] as const)('certificates of clients in %s', (version) => {
    test.each<[string, 'ports' | 'others', string, string]>([
      ['nobody is asked where the first server asks nobody', 'ports', 'a.test', 'good'],
      ['a good one', 'ports', 'c.test', 'good'],
      ['none', 'ports', 'c.test', 'nobody'],
      ['a revoked one', 'ports', 'c.test', 'revoked'],
      ['a stranger', 'ports', 'c.test', 'stranger'],
      ['the authorities of the server that is asked for', 'ports', 'd.test', 'stranger'],
      ['and no others', 'ports', 'd.test', 'good'],
      ['where one is a must', 'ports', 'd.test', 'nobody'],
      ['an authority in between', 'others', 'd.test', 'near'],
    ])('%s', async (_, which, servername, who) => {
      const answer = await same(which, { servername, maxVersion: version, minVersion: version, ...clients[who] });
      expect(answer).toContain(servername);
    });
  });

  test('tickets are good wherever the key and the certificate are the same', async () => {
    const again = async (from: number, to: number): Promise<string> => {
      const { session } = await ask(from, { servername: 'c.test', ...clients.good });
      return (await ask(to, { servername: 'c.test', ...clients.good, session })).answer.split('\n')[0]!;
    };
    const [theirs, ours] = await Promise.all(pair.ports.map((port) => again(port, port)));
    expect(ours).toBe(theirs);
    expect(ours).toContain('true');
  });

  test.each([
    ['no file of passwords', 'ssl_password_file FOLDER/none;'],
    ['two files of passwords', 'ssl_password_file FOLDER/passwords; ssl_password_file FOLDER/passwords;'],
    ['no key for tickets', 'ssl_certificate_key FOLDER/a.key; ssl_session_ticket_key FOLDER/none;'],
    [
      'a key for tickets that is too short',
      'ssl_certificate_key FOLDER/a.key; ssl_session_ticket_key FOLDER/ticket-short.key;',
    ],
    ['a long key for tickets', 'ssl_certificate_key FOLDER/a.key; ssl_session_ticket_key FOLDER/ticket-long.key;'],
    ['a depth that is no number', 'ssl_verify_depth x;'],
    ['two depths', 'ssl_verify_depth 1; ssl_verify_depth 1;'],
    ['early data', 'ssl_certificate_key FOLDER/a.key; ssl_early_data on;'],
    ['early data, maybe', 'ssl_early_data maybe;'],
    ['options', 'ssl_certificate_key FOLDER/a.key; ssl_conf_command Options PrioritizeChaCha,-SessionTicket;'],
    ['an option that does not exist', 'ssl_certificate_key FOLDER/a.key; ssl_conf_command Options Foo;'],
    ['a version that does not exist', 'ssl_certificate_key FOLDER/a.key; ssl_conf_command MinProtocol TLSv9;'],
  ])('a configuration: %s', (_, words) => {
    const server = `server { listen 127.0.0.1:8443 ssl; ssl_certificate FOLDER/a.crt; ${words} }`;
    const [theirs, ours] = sayOfConfiguration(server.replaceAll('FOLDER', folder), folder);
    expect(ours).toEqual(theirs);
  });
});

/** A certificate with those of the authorities between it and the one that is known. */
function withChain(certificate: Certificate, ...authorities: Authority[]): Certificate {
  return { ...certificate, cert: [certificate.cert, ...authorities.map(({ cert }) => cert)].join('\n') };
}
