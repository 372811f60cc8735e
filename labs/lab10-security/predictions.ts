import type { Prediction, RequestOptions, Trial } from '../../grader/index.ts';

const statuses = [200, 301, 400, 403, 404, 405, 413];

async function statusOf(trial: Trial, path: string, options: RequestOptions = {}): Promise<number> {
  const { status } = await trial.client.request(path, options);
  const place = statuses.indexOf(status);
  return place < 0 ? statuses.length : place;
}

const choices = [...statuses.map(String), 'another one'];

export const predictions: readonly Prediction[] = [
  {
    question: 'GET /%2egit/config. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/%2egit/config'),
    explanation: '%2e is a dot, and patterns are tried on the decoded path.',
  },
  {
    question: 'DELETE /poster/404.jpg. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/poster/404.jpg', { method: 'DELETE' }),
    explanation:
      'Where your rule stands decides. nginx’s own answer for files is 405: it has nothing to delete them with.',
  },
  {
    question: 'POST of 2 MiB to /updatePopularity. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/updatePopularity', { method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) }),
    explanation: 'Content-Length tells nginx before the body has come. Left alone, nginx takes 1 MiB.',
  },
  {
    question: 'A poster that doesn’t exist: does the answer carry X-Frame-Options?',
    choices: ['yes', 'no'],
    async answer({ client }) {
      const { headers } = await client.get('/poster/there-is-none.jpg');
      return headers['x-frame-options'] === undefined ? 1 : 0;
    },
    explanation: 'Without `always`, `add_header` leaves errors out.',
  },
];
