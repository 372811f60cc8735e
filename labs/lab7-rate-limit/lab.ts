import type { Lab } from '../../grader/index.ts';
import { burst, limited } from './objectives/burst.ts';
import { onlyDiscover, perClient } from './objectives/clients.ts';
import { downloadSpeed, downloadsAtOnce } from './objectives/downloads.ts';
import { recovers, steady } from './objectives/pace.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 7,
  name: 'rate-limit',
  title: 'So much, and no more',
  applications: ['catalog', 'back-office'],
  tls: true,
  door: 'site',
  predictions,
  objectives: [limited, perClient, burst, steady, recovers, onlyDiscover, downloadsAtOnce, downloadSpeed],
};

export default lab;
