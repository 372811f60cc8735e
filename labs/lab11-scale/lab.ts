import type { Lab } from '../../grader/index.ts';
import { compression } from './objectives/compression.ts';
import { gracefulQuit, workerDies } from './objectives/end.ts';
import { failover, reuse } from './objectives/instances.ts';
import { broken, reload } from './objectives/reload.ts';
import { sticky } from './objectives/sticky.ts';
import { workers } from './objectives/workers.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 11,
  name: 'scale',
  title: 'Many at once',
  applications: ['catalog', 'catalog-1', 'catalog-2'],
  tls: true,
  processes: true,
  door: 'site',
  predictions,
  objectives: [workers, compression, reuse, failover, reload, broken, sticky, workerDies, gracefulQuit],
};

export default lab;
