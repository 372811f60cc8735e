import type { Family } from '../family.ts';
import { memory, throughput } from '../measure.ts';

const SERVERS = 1000;
const LOCATIONS = 10;

/** 1,000 servers with 10 locations each, in one configuration. */
export const manyPlaces: Family = {
  http: (site) => {
    const locations = Array.from({ length: LOCATIONS }, (_, i) => `location /place${i}/ { alias ${site.html}/; }`);
    const server = (number: number): string =>
      `server { listen 127.0.0.1:${site.port('main')}; server_name s${number}.test; ${locations.join(' ')} }`;
    return `access_log off; open_file_cache max=100; server_names_hash_max_size 8192;
      ${Array.from({ length: SERVERS }, (_, i) => server(i)).join('\n')}`;
  },
  rows: [
    {
      name: '10,000 locations, static 1 KB',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/place7/1k.bin', headers: ['Host: s777.test'] }),
    },
    {
      name: '10,000 locations, memory',
      unit: 'MB',
      rivals: ['nginx'],
      start: 'cold',
      measure: async ({ pid }) => ({ value: memory(pid) }),
    },
  ],
};
