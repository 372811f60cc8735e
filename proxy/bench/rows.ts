/** Against whom a row is measured. */
export type Rival = 'nginx' | 'http-proxy-3' | '@fastify/http-proxy';

/** One thing that is asked of all contenders. Sites are server blocks of `sites.ts`. */
export interface Row {
  readonly name: string;
  readonly site: 'plain' | 'logged' | 'uncached';
  readonly uri: string;
  readonly rivals: readonly Rival[];
  /** Requests per second, at least this many times nginx's. */
  readonly ofNginx?: number;
  /** Requests per second, at least this many times those of the better of the others. */
  readonly ofOthers?: number;
}

/** What is measured, in this order. */
export const rows: readonly Row[] = [
  {
    name: 'forward 1 KB',
    site: 'plain',
    uri: '/1k.txt',
    rivals: ['nginx', 'http-proxy-3', '@fastify/http-proxy'],
    ofNginx: 0.7,
    ofOthers: 3,
  },
  { name: 'forward 1 KB, access log', site: 'logged', uri: '/1k.txt', rivals: ['nginx'], ofNginx: 0.85 },
  { name: 'forward 20 KB', site: 'plain', uri: '/20k.txt', rivals: ['nginx'] },
  { name: 'static 1 KB', site: 'plain', uri: '/1k.bin', rivals: ['nginx'], ofNginx: 1 },
  { name: 'static 20 KB', site: 'plain', uri: '/20k.bin', rivals: ['nginx'], ofNginx: 0.9 },
  { name: 'static 20 KB, access log', site: 'logged', uri: '/20k.bin', rivals: ['nginx'] },
  { name: 'static 20 KB, no open_file_cache', site: 'uncached', uri: '/20k.bin', rivals: ['nginx'] },
];
