import type { Lab } from '../../grader/index.ts';
import { bodyLimit } from './objectives/body-limit.ts';
import { dotFiles, noListing } from './objectives/files.ts';
import { headerLimits, oneLength, slowClients } from './objectives/hostile.ts';
import { methods } from './objectives/methods.ts';
import { headers, noVersion } from './objectives/pages.ts';
import { statusPage } from './objectives/status-page.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 10,
  name: 'security',
  title: 'Less to attack',
  applications: ['catalog', 'back-office'],
  tls: true,
  door: 'site',
  predictions,
  objectives: [
    noVersion,
    headers,
    dotFiles,
    methods,
    bodyLimit,
    statusPage,
    headerLimits,
    slowClients,
    noListing,
    oneLength,
  ],
};

export default lab;
