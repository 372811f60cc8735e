import { type Family, PASS, upstream } from '../family.ts';
import { throughput } from '../measure.ts';

/** A master and two workers. */
export const workers: Family = {
  workers: 2,
  http: (site) => `
    ${upstream(site)}
    server {
      listen 127.0.0.1:${site.port('main')};
      access_log off; open_file_cache max=100;
      location / { ${PASS} }
      location ~ \\.bin$ { root ${site.html}; }
    }`,
  rows: [
    { name: '2 workers, forward 1 KB', unit: '/s', rivals: ['nginx'], measure: throughput({ uri: '/1k.txt' }) },
    { name: '2 workers, static 1 KB', unit: '/s', rivals: ['nginx'], measure: throughput({ uri: '/1k.bin' }) },
  ],
};
