import { type Prediction, pause } from '../../grader/index.ts';
import { admitted, ask, asks, freshClient, volley } from './objectives/budget.ts';

export const predictions: readonly Prediction[] = [
  {
    question: 'A client that has been quiet sends 30 requests for /discover at once. How many get 200?',
    choices: ['5', '10', '11', '15', 'another number'],
    async answer(trial) {
      const answers = await volley(trial, await freshClient(trial), asks(trial.random.word(10), 30));
      const place = [5, 10, 11, 15].indexOf(admitted(answers).length);
      return place < 0 ? 4 : place;
    },
    explanation: 'The first one needs no burst: it is what the rate allows. The burst is what may come too early.',
  },
  {
    question: 'Which status does the last of these 30 get?',
    choices: ['200', '429', '503', 'none: the connection is closed'],
    async answer(trial) {
      const answers = await volley(trial, await freshClient(trial), asks(trial.random.word(10), 30));
      const least = answers.find(({ status }) => status !== 200);
      return least === undefined ? 0 : least.status === 429 ? 1 : least.status === 0 ? 3 : 2;
    },
    explanation: 'Left alone nginx says 503, which means that the server is in trouble. 429 says who is.',
  },
  {
    question: 'How long does the tenth of ten requests wait that were sent at once?',
    choices: ['not at all', 'about two seconds', 'for ever: it is refused'],
    async answer(trial) {
      const answers = await volley(trial, await freshClient(trial), asks(trial.random.word(10), 10));
      if (answers.some(({ status }) => status !== 200)) return 2;
      const began = Math.min(...answers.map(({ sentAt }) => sentAt));
      return Math.max(...answers.map(({ answeredAt }) => answeredAt)) - began > 1_000 ? 1 : 0;
    },
    explanation:
      'With `nodelay` a burst is let through at once, and only counted. Without it the burst is a queue: one leaves it every 200 ms.',
  },
  {
    question: 'A refused client doesn’t wait, and asks 20 times a second for a second. What does it get?',
    choices: ['nothing but 429', 'some 200 among the 429', 'nothing but 200'],
    async answer(trial) {
      const client = await freshClient(trial);
      await volley(trial, client, asks(trial.random.word(10), 30));
      const later: ReturnType<typeof ask>[] = [];
      for (const path of asks(trial.random.word(10), 20)) {
        later.push(ask(trial, client, path));
        await pause(50, trial.signal);
      }
      const answers = await Promise.all(later);
      const good = admitted(answers).length;
      return good === 0 ? 0 : good === answers.length ? 2 : 1;
    },
    explanation: 'What was refused is not counted. The bucket leaks all the time, and five a second fit in.',
  },
];
