import type { Family } from '../family.ts';
import { throughput } from '../measure.ts';

/** The same version on both sides; wrk resumes no sessions, so that each new connection is a full handshake. */
export const tls: Family = {
  http: (site) => {
    const server = (port: string, version: string, kind: 'ec' | 'rsa'): string => `
      server {
        listen 127.0.0.1:${site.port(port)} ssl;
        ssl_certificate ${site.pair(kind).certificate}; ssl_certificate_key ${site.pair(kind).key};
        ssl_protocols ${version};
        root ${site.html}; open_file_cache max=100; access_log off;
      }`;
    return server('main', 'TLSv1.3', 'ec') + server('older', 'TLSv1.2', 'ec') + server('rsa', 'TLSv1.3', 'rsa');
  },
  rows: [
    {
      name: 'TLS 1.3, static 1 KB, kept connections',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/1k.bin', scheme: 'https' }),
      goals: [{ beside: 'nginx', what: 'thrift', atLeast: 0.8 }],
    },
    {
      name: 'TLS 1.3, static 20 KB, kept connections',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/20k.bin', scheme: 'https' }),
    },
    {
      name: 'TLS 1.3, full handshakes',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/1k.bin', scheme: 'https', headers: ['Connection: close'] }),
      goals: [{ beside: 'nginx', what: 'thrift', atLeast: 0.75 }],
    },
    {
      name: 'TLS 1.3, full handshakes, RSA 2048',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/1k.bin', port: 'rsa', scheme: 'https', headers: ['Connection: close'] }),
      goals: [{ beside: 'nginx', what: 'thrift', atLeast: 0.75 }],
    },
    {
      name: 'TLS 1.2, full handshakes',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/1k.bin', port: 'older', scheme: 'https', headers: ['Connection: close'] }),
      goals: [{ beside: 'nginx', what: 'thrift', atLeast: 0.75 }],
    },
  ],
};
