import type { Family, Rival } from '../family.ts';
import { throughput } from '../measure.ts';

const npm: readonly Rival[] = ['@fastify/static', 'sirv'];

/** Files, with `open_file_cache` and without. */
export const staticFiles: Family = {
  http: (site) => {
    const server = (port: string, log: string, cache: string): string => `
      server {
        listen 127.0.0.1:${site.port(port)};
        root ${site.html}; sendfile on; access_log ${log}; open_file_cache ${cache};
        location ~ \\.php$ { return 404; }
      }`;
    return [
      server('main', 'off', 'max=100'),
      server('logged', `${site.folder}/access.log`, 'max=100'),
      server('uncached', 'off', 'off'),
    ].join('');
  },
  rows: [
    {
      name: 'static 1 KB',
      unit: '/s',
      rivals: ['nginx', ...npm],
      measure: throughput({ uri: '/1k.bin' }),
      goals: [
        { beside: 'nginx', what: 'ratio', atLeast: 1 },
        { beside: 'others', what: 'ratio', atLeast: 3 },
      ],
    },
    {
      name: 'static 20 KB',
      unit: '/s',
      rivals: ['nginx', ...npm],
      measure: throughput({ uri: '/20k.bin' }),
      goals: [{ beside: 'nginx', what: 'ratio', atLeast: 0.95 }],
    },
    {
      name: 'static 20 KB, access log',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/20k.bin', port: 'logged' }),
    },
    {
      name: 'static 20 KB, no open_file_cache',
      unit: '/s',
      rivals: ['nginx'],
      measure: throughput({ uri: '/20k.bin', port: 'uncached' }),
    },
    {
      name: 'static 1 MB',
      unit: '/s',
      rivals: ['nginx', ...npm],
      measure: throughput({ uri: '/1m.bin' }),
      goals: [{ beside: 'nginx', what: 'ratio', atLeast: 1 }],
    },
  ],
};
