import { type Family, PASS, type Rival, upstream } from '../family.ts';
import { throughput } from '../measure.ts';

const npm: readonly Rival[] = ['http-proxy-3', '@fastify/http-proxy'];

/** Passing requests on to an application that answers at once. */
export const forward: Family = {
  http: (site) => `
    ${upstream(site)}
    server {
      listen 127.0.0.1:${site.port('main')};
      access_log off;
      location / { ${PASS} }
      location /1m { ${PASS} proxy_buffer_size 64k; proxy_buffers 20 64k; proxy_busy_buffers_size 1m; }
      location ~ \\.bin$ { root ${site.html}; }
    }
    server {
      listen 127.0.0.1:${site.port('logged')};
      access_log ${site.folder}/access.log;
      location / { ${PASS} }
      location ~ \\.bin$ { root ${site.html}; }
    }`,
  rows: [
    {
      name: 'forward 1 KB',
      unit: '/s',
      rivals: ['nginx', ...npm],
      measure: throughput({ uri: '/1k.txt' }),
      goals: [
        { beside: 'nginx', what: 'ratio', atLeast: 0.7 },
        { beside: 'others', what: 'ratio', atLeast: 3 },
      ],
    },
    {
      name: 'forward 1 KB, access log',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/1k.txt', port: 'logged' }),
      goals: [{ beside: 'nginx', what: 'ratio', atLeast: 0.85 }],
    },
    { name: 'forward 20 KB', unit: '/s', rivals: ['nginx', ...npm], measure: throughput({ uri: '/20k.txt' }) },
    {
      name: 'forward 1 MB',
      unit: '/s',
      rivals: ['nginx', ...npm],
      measure: throughput({ uri: '/1m.txt' }),
      goals: [{ beside: 'nginx', what: 'ratio', atLeast: 0.95 }],
    },
  ],
};
