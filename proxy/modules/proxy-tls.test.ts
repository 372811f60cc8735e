import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTls, type Server as TlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get } from '../testing/case-file.ts';
import { Authority } from '../testing/certificates.ts';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

const listening = async (server: Server | TlsServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
};

describe.skipIf(nginxMissing !== undefined)('proxy_pass https:// does what nginx does', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'proxy-tls-'));
  let secure: TlsServer;
  let chained: TlsServer;
  let plain: Server;
  let pair: SideBySide;
  let connections = 0;
  const reused: boolean[] = [];

  beforeAll(async () => {
    const authority = new Authority(folder, 'authority');
    new Authority(folder, 'stranger');
    const server = authority.issue('server', '/CN=back.test', ['back.test', '*.wild.test']);
    authority.issue('client', '/O=Clients/CN=me');
    // An application that tells how it was spoken to.
    secure = createTls({ ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: false }, (socket) => {
      connections++;
      reused.push(socket.isSessionReused());
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        if (!text.includes('\r\n\r\n')) return;
        const host = /^Host: (.*)\r$/m.exec(text)?.[1]?.replace(/:\d+$/, '');
        text = '';
        const { CN = 'none' } = socket.getPeerCertificate().subject ?? {};
        const facts = [
          `sni=${socket.servername || 'none'}`,
          `client=${CN}`,
          `host=${host}`,
          socket.getProtocol(),
          socket.getCipher().name,
        ];
        const body = `${facts.join(' ')} ${socket.authorized}`;
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    });
    secure.on('tlsClientError', () => undefined);
    // One that two authorities stand between it and the one that is trusted.
    const middle = authority.authority('middle');
    const last = middle.authority('last');
    const far = last.issue('far', '/CN=far.test', ['far.test']);
    chained = createTls({ key: far.key, cert: far.cert + last.cert + middle.cert }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nfar'));
    });
    chained.on('tlsClientError', () => undefined);
    authority.revoke();
    copyFileSync(`${folder}/authority.crl`, `${folder}/others.crl`);
    authority.revoke('server');
    execFileSync('openssl', [
      'pkey',
      '-aes128',
      '-passout',
      'pass:secret',
      '-in',
      `${folder}/client.key`,
      '-out',
      `${folder}/locked.key`,
    ]);
    writeFileSync(`${folder}/passwords`, 'other\n\nsecret\r\n');
    plain = createPlain((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
    });
    const to = `127.0.0.1:${await listening(secure)}`;
    const distant = `127.0.0.1:${await listening(chained)}`;
    const http = `127.0.0.1:${await listening(plain)}`;
    pair = await SideBySide.start(
      `upstream kept { server ${to}; keepalive 2; }
       proxy_ssl_trusted_certificate ${folder}/authority.crt; proxy_ssl_session_reuse off;
       proxy_ssl_protocols TLSv1.2 TLSv1.3; uwsgi_ssl_session_reuse off; uwsgi_ssl_protocols TLSv1.2 TLSv1.3;
       server {
         listen 127.0.0.1:PORT; server_name one.test;
         location /plain { proxy_pass https://${to}; }
         location /sni { proxy_pass https://${to}; proxy_ssl_server_name on; proxy_ssl_name back.test; }
         location /sni-host { proxy_pass https://${to}; proxy_ssl_server_name on; proxy_ssl_name $host; }
         location /sni-address { proxy_pass https://${to}; proxy_ssl_server_name on; }
         location /verified { proxy_pass https://${to}; proxy_ssl_verify on; proxy_ssl_name back.test; }
         location /wildcard { proxy_pass https://${to}; proxy_ssl_verify on; proxy_ssl_name a.wild.test; }
         location /other-name { proxy_pass https://${to}; proxy_ssl_verify on; proxy_ssl_name other.test; }
         location /address { proxy_pass https://${to}; proxy_ssl_verify on; }
         location /stranger { proxy_pass https://${to}; proxy_ssl_verify on; proxy_ssl_name back.test; proxy_ssl_trusted_certificate ${folder}/stranger.crt; }
         location /client { proxy_pass https://${to}; proxy_ssl_certificate ${folder}/client.crt; proxy_ssl_certificate_key ${folder}/client.key; }
         location /old { proxy_pass https://${to}; proxy_ssl_protocols TLSv1.2; }
         location /kept { proxy_pass https://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
         location /kept-verified { proxy_pass https://kept; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_ssl_verify on; proxy_ssl_name other.test; }
         location /kept-in-the-clear { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
         location /to-plain { proxy_pass https://${http}; }
         location /to-nobody { proxy_pass https://127.0.0.1:1; }
         location /variable { set $to ${to}; proxy_pass https://$to; }
         location /resumed { proxy_pass https://${to}; proxy_ssl_session_reuse on; proxy_ssl_protocols TLSv1.2; }
         location /revoked { proxy_pass https://${to}; proxy_ssl_verify on; proxy_ssl_name back.test; proxy_ssl_crl ${folder}/authority.crl; }
         location /not-revoked { proxy_pass https://${to}; proxy_ssl_verify on; proxy_ssl_name back.test; proxy_ssl_crl ${folder}/others.crl; }
         location /far { proxy_pass https://${distant}; proxy_ssl_verify on; proxy_ssl_name far.test; }
         location /far-enough { proxy_pass https://${distant}; proxy_ssl_verify on; proxy_ssl_name far.test; proxy_ssl_verify_depth 2; }
         location /locked { proxy_pass https://${to}; proxy_ssl_certificate ${folder}/client.crt; proxy_ssl_certificate_key ${folder}/locked.key; proxy_ssl_password_file ${folder}/passwords; }
         location /named { proxy_pass https://${to}; proxy_ssl_certificate ${folder}/$arg_name.crt; proxy_ssl_certificate_key ${folder}/$arg_name.key; }
         location /perhaps { proxy_pass https://${to}; proxy_ssl_certificate $arg_file; proxy_ssl_certificate_key $arg_file; }
         location /commanded { proxy_pass https://${to}; proxy_ssl_conf_command MaxProtocol TLSv1.2; }
         location /suites { proxy_pass https://${to}; proxy_ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256; }
         location /suwsgi { uwsgi_pass suwsgi://${to}; uwsgi_param A "\\r\\n\\r\\n"; }
         location /suwsgi-verified { uwsgi_pass suwsgi://${to}; uwsgi_param A "\\r\\n\\r\\n"; uwsgi_ssl_verify on; uwsgi_ssl_name back.test; uwsgi_ssl_server_name on; uwsgi_ssl_trusted_certificate ${folder}/authority.crt; }
         location /suwsgi-other { uwsgi_pass suwsgi://${to}; uwsgi_param A "\\r\\n\\r\\n"; uwsgi_ssl_verify on; uwsgi_ssl_name other.test; uwsgi_ssl_trusted_certificate ${folder}/authority.crt; }
         location /suwsgi-variable { set $to suwsgi://${to}; uwsgi_pass $to; uwsgi_param A "\\r\\n\\r\\n"; uwsgi_ssl_certificate ${folder}/client.crt; uwsgi_ssl_certificate_key ${folder}/client.key; }
         location /not-tls { proxy_pass http://${to}; }
       }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    secure.close();
    chained.close();
    plain.close();
    rmSync(folder, { recursive: true });
  });

  const unnumbered = (line: string): string => line.replace(/SSL: .*?\)/, 'SSL: ...)');

  test.each([
    ['/plain', 'sni=none client=none host=127.0.0.1 TLSv1.3'],
    ['/sni', 'sni=back.test client=none'],
    ['/sni-host', 'sni=one.test client=none'],
    ['/sni-address', 'sni=none client=none'],
    ['/verified', '200 OK'],
    ['/wildcard', '200 OK'],
    ['/other-name', '502 Bad Gateway'],
    ['/address', '502 Bad Gateway'],
    ['/stranger', '502 Bad Gateway'],
    ['/client', 'client=me host=127.0.0.1 TLSv1.3'],
    ['/old', 'TLSv1.2'],
    ['/kept', 'host=kept'],
    ['/to-plain', '502 Bad Gateway'],
    ['/to-nobody', '502 Bad Gateway'],
    ['/variable', 'host=127.0.0.1'],
    ['/revoked', '502 Bad Gateway'],
    ['/not-revoked', '200 OK'],
    ['/far', '502 Bad Gateway'],
    ['/far-enough', 'far'],
    ['/locked', 'client=me'],
    ['/named?name=client', 'client=me'],
    ['/perhaps', 'client=none'],
    ['/commanded', 'TLSv1.2'],
    ['/suites', 'TLS_CHACHA20_POLY1305_SHA256'],
    ['/suwsgi', 'sni=none client=none'],
    ['/suwsgi-verified', 'sni=back.test'],
    ['/suwsgi-other', '502 Bad Gateway'],
    ['/suwsgi-variable', 'client=me'],
    ['/not-tls', ''],
  ])('%s', async (target, expected) => {
    const [theirs, ours] = await pair.send(get(target));
    expect(comparable(ours)).toBe(comparable(theirs));
    expect(ours.text).toContain(expected);
    const [theirLines, ourLines] = await pair.newErrors('warn', unnumbered);
    expect(ourLines).toEqual(theirLines);
  });

  test('a certificate that a variable names in vain', async () => {
    const [theirs, ours] = await pair.send(get('/named?name=nobody'));
    expect(comparable(ours)).toBe(comparable(theirs));
    expect(ours.text).toContain('500 Internal Server Error');
    // nginx has connected when it looks for the file.
    const plain = (line: string): string => line.replace(/ while connecting to upstream|, upstream: "[^"]*"/g, '');
    const [theirLines, ourLines] = await pair.newErrors('warn');
    expect(ourLines).toEqual(theirLines.map(plain));
  });

  test('a session is used again', async () => {
    await pair.send(get('/resumed'));
    reused.length = 0;
    await pair.send(get('/resumed'));
    expect(reused).toEqual([true, true]);
    await pair.send(get('/old'));
    expect(reused).toEqual([true, true, false, false]);
  });

  test('a kept connection is not for those who want it secured otherwise (nginx hands it to them)', async () => {
    await pair.send(get('/kept'));
    const [, verified] = await pair.send(get('/kept-verified'));
    expect(verified.text).toContain('502 Bad Gateway');
    const [, inTheClear] = await pair.send(get('/kept-in-the-clear'));
    expect(inTheClear.text).not.toContain('sni=');
  });

  test('a connection is used again', async () => {
    await pair.send(get('/kept'));
    const before = connections;
    await pair.send(get('/kept'));
    expect(connections).toBe(before);
  });
});
