import type { Prediction, RequestOptions, Trial } from '../../grader/index.ts';

const statuses = [200, 301, 401, 404, 405, 429];
const choices = [...statuses.map(String), 'another one'];

async function statusOf({ client }: Trial, path: string, options: RequestOptions = {}): Promise<number> {
  const place = statuses.indexOf((await client.request(path, options)).status);
  return place < 0 ? statuses.length : place;
}

/** Which client asks: one that nobody has asked as before, where there are several. */
function client({ world }: Trial, number: number): Pick<RequestOptions, 'from'> {
  return world.has('client-addresses') ? { from: `127.0.202.${number}` } : {};
}

export const predictions: readonly Prediction[] = [
  {
    question: 'One client asks 24 times at once for the same list, which is kept. Is any of them refused?',
    choices: ['no', 'yes, with 429'],
    async answer(trial) {
      const path = `/discover?type=tv&n=${trial.random.word()}`;
      await trial.client.get(path, client(trial, 1));
      const answers = await trial.client.volley(
        Array.from({ length: 24 }, () => path),
        client(trial, 2),
      );
      return answers.some(({ status }) => status === 429) ? 1 : 0;
    },
    explanation:
      'A limit is looked at before anything is looked up (its phase is preaccess, the cache belongs to the content).',
  },
  {
    question: 'Does a list at /discover carry X-Frame-Options?',
    choices: ['yes', 'no'],
    async answer(trial) {
      const { headers } = await trial.client.get('/discover?type=tv', client(trial, 3));
      return headers['x-frame-options'] === undefined ? 1 : 0;
    },
    explanation: 'A location with an `add_header` of its own, for X-Cache-Status say, inherits none.',
  },
  {
    question: 'DELETE /.git/config at catalog.test. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/.git/config', { method: 'DELETE' }),
    explanation: 'An `if` in the server speaks before a location is chosen; the dot comes second.',
  },
  {
    question: 'GET /admin/ at catalog.test. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/admin/'),
    explanation: 'The password belongs to the back office. At catalog.test it is a page that the catalog doesn’t have.',
  },
  {
    question: 'Which status does http://backoffice.test/admin/ get, without a password?',
    choices,
    answer: (trial) => statusOf(trial, '/admin/', { host: 'backoffice.test', https: false }),
    explanation: 'Over plain HTTP nobody is asked for a password: it would travel in plain text.',
  },
];
