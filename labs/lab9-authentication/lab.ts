import type { Lab } from '../../grader/index.ts';
import { admits, asks, refuses } from './objectives/credentials.ts';
import { fromInside } from './objectives/from-inside.ts';
import { noWayRound } from './objectives/no-way-round.ts';
import { open } from './objectives/open.ts';
import { session } from './objectives/session.ts';
import { staysSecret } from './objectives/stays-secret.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 9,
  name: 'authentication',
  title: 'Who are you?',
  applications: ['catalog', 'back-office'],
  tls: true,
  users: true,
  door: 'site',
  predictions,
  objectives: [asks, admits, refuses, noWayRound, open, staysSecret, session, fromInside],
};

export default lab;
