import type { Lab } from '../grader/index.ts';

/** One line of the table of labs; `load` reads the lab itself, so that a check of one lab reads no other. */
export interface CatalogEntry {
  readonly number: number;
  readonly name: string;
  readonly folder: string;
  readonly title: string;
  load(): Promise<{ readonly default: Lab }>;
}

/** All labs, in the order in which they are done. */
export const labs: readonly CatalogEntry[] = [
  {
    number: 1,
    name: 'install',
    folder: 'lab1-install',
    title: 'A web server that answers',
    load: () => import('./lab1-install/lab.ts'),
  },
  {
    number: 2,
    name: 'proxy-pass',
    folder: 'lab2-proxy-pass',
    title: 'In front of one application',
    load: () => import('./lab2-proxy-pass/lab.ts'),
  },
  {
    number: 3,
    name: 'upstream',
    folder: 'lab3-upstream',
    title: 'A load balancer',
    load: () => import('./lab3-upstream/lab.ts'),
  },
  {
    number: 4,
    name: 'static-posters',
    folder: 'lab4-static-posters',
    title: 'Files beside an application',
    load: () => import('./lab4-static-posters/lab.ts'),
  },
  {
    number: 5,
    name: 'https-redirect',
    folder: 'lab5-https-redirect',
    title: 'HTTPS, and nothing else',
    load: () => import('./lab5-https-redirect/lab.ts'),
  },
  {
    number: 6,
    name: 'virtual-hosts',
    folder: 'lab6-virtual-hosts',
    title: 'Several sites on one server',
    load: () => import('./lab6-virtual-hosts/lab.ts'),
  },
  {
    number: 7,
    name: 'rate-limit',
    folder: 'lab7-rate-limit',
    title: 'So much, and no more',
    load: () => import('./lab7-rate-limit/lab.ts'),
  },
  {
    number: 8,
    name: 'cache',
    folder: 'lab8-cache',
    title: 'Answers that are kept',
    load: () => import('./lab8-cache/lab.ts'),
  },
  {
    number: 9,
    name: 'authentication',
    folder: 'lab9-authentication',
    title: 'Who are you?',
    load: () => import('./lab9-authentication/lab.ts'),
  },
  {
    number: 10,
    name: 'security',
    folder: 'lab10-security',
    title: 'Less to attack',
    load: () => import('./lab10-security/lab.ts'),
  },
  {
    number: 11,
    name: 'scale',
    folder: 'lab11-scale',
    title: 'Many at once',
    load: () => import('./lab11-scale/lab.ts'),
  },
  {
    number: 12,
    name: 'app-protocols',
    folder: 'lab12-app-protocols',
    title: 'Programs that speak no HTTP',
    load: () => import('./lab12-app-protocols/lab.ts'),
  },
  {
    number: 13,
    name: 'capstone',
    folder: 'lab13-capstone',
    title: 'A site that can be left alone',
    load: () => import('./lab13-capstone/lab.ts'),
  },
];
