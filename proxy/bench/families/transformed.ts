import { type Family, PASS, upstream } from '../family.ts';
import { throughput } from '../measure.ts';

/** Answers that are made once and given many times (`proxy_cache`), and those that are made anew each time (`gzip`). */
export const transformed: Family = {
  http: (site) => `
    ${upstream(site)}
    proxy_cache_path ${site.folder}/cache keys_zone=bench:1m;
    access_log off;
    server {
      listen 127.0.0.1:${site.port('main')};
      location / { root ${site.html}; gzip on; gzip_types text/plain; default_type text/plain; }
      location /cached/ {
        rewrite ^/cached(.*) $1 break;
        ${PASS}
        proxy_cache bench; proxy_cache_valid 1h;
      }
    }`,
  rows: [
    {
      name: 'cache hits 1 KB',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/cached/1k.txt' }),
      goals: [{ beside: 'nginx', what: 'ratio', atLeast: 1 }],
    },
    { name: 'cache hits 20 KB', unit: '/s', rivals: ['nginx'], measure: throughput({ uri: '/cached/20k.txt' }) },
    {
      name: 'gzip 20 KB',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/20k.txt', headers: ['Accept-Encoding: gzip'] }),
    },
  ],
};
