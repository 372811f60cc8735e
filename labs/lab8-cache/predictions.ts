import type { Prediction } from '../../grader/index.ts';
import { catalog, newList, timesAsked, visit, watchedVisit } from './objectives/lists.ts';

const whether = ['yes', 'no'];

export const predictions: readonly Prediction[] = [
  {
    question:
      'Five visitors ask for the same list, one after the other, within a second. How often is the application asked?',
    choices: ['five times', 'twice', 'once', 'never'],
    async answer(trial) {
      const target = newList(trial);
      for (let i = 0; i < 5; i++) await visit(trial, target);
      const times = timesAsked(trial, target);
      return times === 0 ? 3 : times === 1 ? 2 : times < 5 ? 1 : 0;
    },
    explanation: 'The first one misses, and what he gets is kept for the others.',
  },
  {
    question: '?type=tv&genre=18 is kept. Somebody asks for ?genre=18&type=tv. Is the application asked?',
    choices: whether,
    async answer(trial) {
      const word = trial.random.word(10);
      await visit(trial, `/discover?type=tv&n=${word}`);
      return (await watchedVisit(trial, `/discover?n=${word}&type=tv`)).asked ? 0 : 1;
    },
    explanation: 'To an application both may mean the same. To the cache they are two texts, and so two entries.',
  },
  {
    question: 'A list is kept. Somebody sends HEAD for it. Is the application asked?',
    choices: whether,
    async answer(trial) {
      const target = newList(trial);
      await visit(trial, target);
      return (await watchedVisit(trial, target, { method: 'HEAD' })).asked ? 0 : 1;
    },
    explanation:
      'HEAD is GET without the body. nginx keeps one entry for both, and asks for a whole answer when it has none.',
  },
  {
    question: 'You change the popularity of a film with a POST. When do visitors see it in a list that is kept?',
    choices: ['at once', 'when the entry has expired', 'when nginx is reloaded'],
    async answer(trial) {
      const target = newList(trial);
      catalog(trial).answer(target, { status: 200, body: '["old"]' });
      try {
        await visit(trial, target);
        catalog(trial).answer(target, { status: 200, body: '["new"]' });
        await visit(trial, '/updatePopularity', { method: 'POST', body: '{}' });
        return (await visit(trial, target)).text.includes('new') ? 0 : 1;
      } finally {
        catalog(trial).answer(target, undefined);
      }
    },
    explanation: 'The cache doesn’t know what a POST changes. Five seconds are how long you are ready to be wrong.',
  },
];
