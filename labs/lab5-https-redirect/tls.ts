import { expectCatalog, expectPoster, type Objective, type Trial, type World } from '../../grader/index.ts';

/** 180 days, in seconds. */
const halfYear = 180 * 24 * 60 * 60;

/** The name to ask for in a handshake: the lab's, or the live server's own. */
function named(world: World): { readonly servername?: string } {
  return world.has('own-authority') ? { servername: 'catalog.test' } : {};
}

/** Whoever vouches for a live server's certificate, its content can be looked at. */
export const overHttps = { https: true, verify: false } as const;

/** A poster of the sandbox, the placeholder when there is no other. */
export async function somePoster({ random, world }: Trial): Promise<string> {
  const names = (await world.listFiles('poster')).filter((name) => /^[\w-]+\.jpg$/.test(name));
  return names.length > 0 ? random.pick(names) : '404.jpg';
}

export const tls: Objective = {
  id: 'lab5.tls',
  title: 'Port 443 completes a handshake with a valid certificate for catalog.test, signed by the lab authority.',
  kind: 'core',
  points: 25,
  needs: ['https'],
  why: 'With a wrong name or a past date every browser stops at a warning page, and most users go away.',
  hints: [
    'Three things must be right: somebody speaks TLS on 443, the name in the certificate, and its dates.',
    'Look at `listen 443 ssl`, at `ssl_certificate` and at `ssl_certificate_key`; `openssl x509 -noout -subject -dates -in FILE` shows what a file holds.',
  ],
  manual: 'https://nginx.org/en/docs/http/configuring_https_servers.html',
  async check({ client, expect, world }) {
    const mine = world.has('own-authority');
    const shake = await client.handshake(named(world));
    expect(shake.ok, 'a TLS handshake on port 443', shake.failure ?? 'none');
    expect(shake.certificate !== undefined, 'a certificate', 'none');
    const certificate = shake.certificate!;
    const names = certificate.names.map((name) => name.toLowerCase().replace(/^dns:/, ''));
    // Of a live server we know neither its name nor who vouches for it.
    expect(
      !mine || names.includes('catalog.test') || names.includes('*.test'),
      'a certificate for catalog.test',
      `one for ${names.join(', ') || 'nobody'}`,
    );
    const now = Date.now();
    const { validFrom, validTo } = certificate;
    expect(
      validFrom.getTime() <= now && now <= validTo.getTime(),
      'a certificate that is valid now',
      `one that is valid from ${validFrom.toISOString()} to ${validTo.toISOString()}`,
    );
    expect(
      !mine || shake.authorized === true,
      'a certificate that the lab authority signed',
      shake.authorizationError ?? `one by ${certificate.issuer}`,
    );
  },
};

export const httpsContent: Objective = {
  id: 'lab5.https-content',
  title: 'The application and the posters answer over HTTPS.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab5.tls'],
  needs: ['https'],
  why: 'A lock in the address bar over an empty page is no use: everything the site had must be there, encrypted.',
  hints: [
    'Two server blocks are two separate worlds. Which locations does the one on 443 have?',
    'Look into the `server` with `listen 443 ssl`: it needs `location /` and `location /poster/` as lab 4 had them.',
  ],
  manual: 'https://nginx.org/en/docs/http/configuring_https_servers.html',
  async check(trial) {
    const { client, expect, random, world } = trial;
    if (!world.has('applications')) {
      await expectCatalog(trial, overHttps);
      await expectPoster(trial, overHttps);
      return;
    }
    const catalog = world.application('catalog');
    for (const host of ['catalog.test', 'www.catalog.test']) {
      const home = await client.get(`/?${random.word()}`, { https: true, host, verify: host === 'catalog.test' });
      expect.status(home, 200);
      expect(
        home.text.includes(catalog.token),
        `what the application said ("${catalog.token}")`,
        home.text.slice(0, 80),
        [home],
      );
    }
    const path = `/${random.word()}/x?type=tv&genre=18`;
    const page = await client.get(path, { https: true });
    expect(
      catalog.seen.some((seen) => seen.target === path),
      `the application is asked for ${path}`,
      `status ${page.status}`,
      [page],
    );
    const name = await somePoster(trial);
    const poster = await client.get(`/poster/${name}`, { https: true });
    expect.status(poster, 200);
    expect.body(poster, await world.readFile('poster', name));
  },
};

export const modernTls: Objective = {
  id: 'lab5.modern-tls',
  title: 'TLS 1.2 and 1.3 work, 1.0 and 1.1 are refused.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab5.tls'],
  needs: ['https'],
  why: 'TLS 1.0 and 1.1 are broken and forbidden since RFC 8996; 1.3 is safer and a round trip quicker.',
  hints: [
    'Which versions does your server agree to when a client asks for an old one only?',
    'Look at `ssl_protocols`: what is not named there is refused.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_protocols',
  async check({ client, expect, world }) {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const shake = await client.handshake({ ...named(world), minVersion: version, maxVersion: version });
      expect(
        shake.ok && shake.protocol === version,
        `${version} works`,
        shake.failure ?? `it became ${shake.protocol}`,
      );
    }
    for (const version of ['TLSv1', 'TLSv1.1']) {
      const shake = await client.handshake({ ...named(world), minVersion: version, maxVersion: version });
      expect(!shake.ok, `${version} is refused`, `the handshake succeeded with ${shake.protocol}`);
    }
  },
};

export const hsts: Objective = {
  id: 'lab5.hsts',
  title:
    'Strict-Transport-Security of at least 180 days on application, posters and errors over HTTPS, never over HTTP.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab5.tls'],
  needs: ['https', 'applications', 'files'],
  why: 'Browsers that know it never ask over plain HTTP again, so nobody on the way can catch that first request.',
  hints: [
    'Is the header there on every answer over HTTPS, the 404 included?',
    'Look at `add_header`: its last word `always`, and that a location with an `add_header` of its own inherits none.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header',
  async check(trial) {
    const { client, expect, random } = trial;
    const paths = ['/', `/poster/${await somePoster(trial)}`, `/${random.word()}`, `/poster/${random.word()}.jpg`];
    for (const path of paths) {
      const response = await client.get(path, { https: true });
      expect.header(response, 'strict-transport-security', /max-age="?\d+/i);
      const age = Number(/max-age="?(\d+)/i.exec(response.headers['strict-transport-security'] ?? '')?.[1]);
      expect(age >= halfYear, `max-age of at least ${halfYear} (180 days)`, `max-age=${age}`, [response]);
    }
    for (const path of paths) expect.noHeader(await client.get(path), 'strict-transport-security');
  },
};

export const http2: Objective = {
  id: 'lab5.http2',
  title: 'The handshake offers HTTP/2, and it works.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab5.tls'],
  needs: ['https'],
  why: 'One connection for forty posters at a time instead of six: pages with many files appear sooner.',
  hints: [
    'Client and server agree on the protocol during the handshake (ALPN). What does your server offer?',
    'Look at the words after `listen 443`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_v2_module.html',
  async check({ client, expect, world }) {
    const shake = await client.handshake({ ...named(world), alpn: ['h2', 'http/1.1'] });
    expect(
      shake.ok && shake.alpn === 'h2',
      'h2 agreed on in the handshake',
      shake.failure ?? `${shake.alpn || 'nothing'}`,
    );
    const response = await client.http2('/');
    expect.status(response, 200);
    if (!world.has('applications')) return;
    const token = world.application('catalog').token;
    expect(response.text.includes(token), `what the application said ("${token}")`, response.text.slice(0, 80), [
      response,
    ]);
  },
};
