import type { Lab } from '../../grader/index.ts';
import { answers, backendDown, fastcgi, uwsgi } from './objectives/answers.ts';
import { live } from './objectives/live.ts';
import { clientAddress, headersAndBodies, targets, unixSocket } from './objectives/requests.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 12,
  name: 'app-protocols',
  title: 'Programs that speak no HTTP',
  applications: ['catalog', 'catalog-uwsgi', 'catalog-fastcgi'],
  tls: true,
  door: 'site',
  predictions,
  objectives: [uwsgi, fastcgi, targets, headersAndBodies, clientAddress, answers, backendDown, unixSocket, live],
};

export default lab;
