import type { Rule } from '../case.ts';
import { blame, directive, httpBlocks, serverFor, servers, words } from '../configuration-model.ts';

/** Nobody listens on port 443, or without TLS. */
const notListening: Rule = {
  name: 'port 443 without ssl',
  explains: ['5.tls'],
  find(failure) {
    const all = servers(failure.configuration);
    const listening = all.flatMap(({ listens }) => listens.filter(({ port }) => port === 443));
    const first = listening[0];
    if (first === undefined) {
      const [server] = all;
      return (
        server && {
          because: 'no server of this configuration listens on port 443',
          blame: blame(failure.configuration, server.directive),
        }
      );
    }
    if (listening.some(({ ssl }) => ssl) || first.directive === undefined) return undefined;
    const holder = serverFor(failure.configuration, 443, 'catalog.test');
    if (words(holder && directive(holder.directive, 'ssl'))[0] === 'on') return undefined;
    return {
      because: '`listen 443` without `ssl` speaks plain HTTP on the port of HTTPS',
      blame: blame(failure.configuration, first.directive),
    };
  },
};

/** The certificate that this name gets. What is wrong with it, the handshake has said. */
const whichCertificate: Rule = {
  name: 'the certificate on port 443',
  explains: ['5.tls'],
  find(failure) {
    if (
      !/certificate|valid|expired|name|authority|signed/i.test(
        `${failure.objective.expected} ${failure.objective.received}`,
      )
    )
      return undefined;
    const server = serverFor(failure.configuration, 443, 'catalog.test');
    const found =
      (server && directive(server.directive, 'ssl_certificate')) ??
      httpBlocks(failure.configuration).find(({ name }) => name === 'ssl_certificate');
    if (found === undefined) return undefined;
    return {
      because: `catalog.test gets the certificate ${words(found)[0]}`,
      blame: blame(failure.configuration, found),
    };
  },
};

/** `ssl_protocols` allows what it should not, or lacks what it should have. */
const protocols: Rule = {
  name: 'ssl_protocols',
  explains: ['5.modern-tls'],
  find(failure) {
    const server = serverFor(failure.configuration, 443, 'catalog.test');
    const found =
      (server && directive(server.directive, 'ssl_protocols')) ??
      httpBlocks(failure.configuration).find(({ name }) => name === 'ssl_protocols');
    if (found === undefined) return undefined;
    const named = words(found);
    const missing = ['TLSv1.2', 'TLSv1.3'].filter((one) => !named.includes(one));
    const old = named.filter((one) => ['TLSv1', 'TLSv1.1', 'SSLv3', 'SSLv2'].includes(one));
    if (missing.length === 0 && old.length === 0) return undefined;
    const what = [...missing.map((one) => `${one} is missing`), ...old.map((one) => `${one} is allowed`)].join(', ');
    return { because: `\`ssl_protocols\`: ${what}`, blame: blame(failure.configuration, found) };
  },
};

/** ALPN offers h2 only where `http2` is on. */
const noHttp2: Rule = {
  name: 'http2 is not on',
  explains: ['5.http2'],
  find(failure) {
    const server = serverFor(failure.configuration, 443, 'catalog.test');
    const listen = server?.listens.find(({ port }) => port === 443)?.directive;
    if (server === undefined || listen === undefined) return undefined;
    const sharing = servers(failure.configuration).flatMap(({ listens }) => listens.filter(({ port }) => port === 443));
    if (sharing.some(({ directive: one }) => words(one).includes('http2'))) return undefined;
    if ([...httpBlocks(failure.configuration)].some(({ name }) => name === 'http2')) return undefined;
    if (words(directive(server.directive, 'http2'))[0] === 'on') return undefined;
    return {
      because: 'this server offers HTTP/1.1 alone: nothing turns HTTP/2 on',
      blame: blame(failure.configuration, listen),
    };
  },
};

export const certificateRules: readonly Rule[] = [notListening, whichCertificate, protocols, noHttp2];
