import type { Lab } from '../../grader/index.ts';
import { backOffice, catalog, posters } from './objectives/sites.ts';
import { spelling } from './objectives/spelling.ts';
import { unknownHost } from './objectives/unknown-host.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 6,
  name: 'virtual-hosts',
  title: 'Several sites on one server',
  applications: ['catalog', 'back-office'],
  tls: true,
  door: 'site',
  predictions,
  objectives: [catalog, backOffice, posters, unknownHost, spelling],
};

export default lab;
