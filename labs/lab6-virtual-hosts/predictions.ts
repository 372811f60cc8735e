import type { Prediction, RequestOptions, Trial } from '../../grader/index.ts';
import { arrivals } from './objectives/who.ts';

const who = ['the catalog', 'the back office', 'no application'];

/** The application that is asked: 0 the catalog, 1 the back office, 2 neither. */
async function whoIsAsked(trial: Trial, path: string, options: RequestOptions): Promise<number> {
  const mark = trial.random.word(10);
  await trial.client.get(`${path}?${mark}`, options);
  const [seen] = arrivals(trial, mark);
  return seen === undefined ? 2 : seen.application === 'catalog' ? 0 : 1;
}

export const predictions: readonly Prediction[] = [
  {
    question: 'Somebody types HTTPS://BackOffice.Test/report. Which application is asked?',
    choices: who,
    answer: (trial) => whoIsAsked(trial, '/report', { host: 'BackOffice.Test' }),
    explanation: 'Names of hosts have no case. nginx compares them in lower case.',
  },
  {
    question: 'GET /poster/404.jpg, asked for at backoffice.test. Which application is asked?',
    choices: who,
    answer: (trial) => whoIsAsked(trial, '/poster/404.jpg', { host: 'backoffice.test' }),
    explanation:
      'First the server is chosen, then a location inside it. The location of the posters is in another server.',
  },
  {
    question: 'api.catalog.test points at your address, and no server has that name. Which application is asked?',
    choices: who,
    answer: (trial) => whoIsAsked(trial, '/', { host: 'api.catalog.test' }),
    explanation: 'A name without a star means itself. What nobody has goes to the default server.',
  },
  {
    question: 'An old program speaks HTTP/1.0 and sends no Host at all. Which application is asked?',
    choices: who,
    answer: (trial) => whoIsAsked(trial, '/', { host: null }),
    explanation: 'A request without a name is the default server’s, as one with an unknown name is.',
  },
  {
    question: 'Host: catalog.test:8443. Which application is asked?',
    choices: who,
    answer: (trial) => whoIsAsked(trial, '/', { host: 'catalog.test:8443' }),
    explanation: 'The port in Host is no part of the name, and server_name never looks at it.',
  },
];
