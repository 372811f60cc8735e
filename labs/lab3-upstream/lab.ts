import type { Lab } from '../../grader/index.ts';
import { bothBackends, evenDistribution } from './objectives/distribution.ts';
import { keepalive } from './objectives/keepalive.ts';
import { noDuplicates } from './objectives/no-duplicates.ts';
import { keepsWorking, returns } from './objectives/outage.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 3,
  name: 'upstream',
  title: 'A load balancer',
  applications: ['catalog-1', 'catalog-2'],
  predictions,
  objectives: [bothBackends, evenDistribution, keepsWorking, noDuplicates, returns, keepalive],
};

export default lab;
