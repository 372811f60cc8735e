import type { Lab } from '../../grader/index.ts';
import { expires, statusHeader } from './objectives/age.ts';
import { errors, hit, methods, query } from './objectives/kept.ts';
import { authorization, privateAnswers } from './objectives/private.ts';
import { oneRequest, stale } from './objectives/trouble.ts';
import { predictions } from './predictions.ts';

const lab: Lab = {
  number: 8,
  name: 'cache',
  title: 'Answers that are kept',
  applications: ['catalog', 'back-office'],
  tls: true,
  door: 'site',
  predictions,
  objectives: [hit, query, methods, errors, expires, statusHeader, oneRequest, stale, privateAnswers, authorization],
};

export default lab;
