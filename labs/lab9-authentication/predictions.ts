import type { Prediction, RequestOptions, Trial } from '../../grader/index.ts';
import { ask, basic, host, someUser } from './objectives/staff.ts';

const statuses = [200, 301, 401, 403, 404];

async function statusOf(trial: Trial, path: string, options: RequestOptions = {}): Promise<number> {
  const { status } = await ask(trial, path, options);
  const place = statuses.indexOf(status);
  return place < 0 ? statuses.length : place;
}

const choices = [...statuses.map(String), 'another one'];

export const predictions: readonly Prediction[] = [
  {
    question: `GET //admin/ at ${host}, without a password. Which status?`,
    choices,
    answer: (trial) => statusOf(trial, '//admin/'),
    explanation: 'Doubled slashes are merged before a location is looked for, so it is the same page.',
  },
  {
    question: 'GET /ADMIN/ at the same site, without a password. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/ADMIN/'),
    explanation:
      'Paths have a case, and locations compare it. Nobody guards that page: the application has none of this name.',
  },
  {
    question: 'GET /admin, without the slash at its end. Which status?',
    choices,
    answer: (trial) => statusOf(trial, '/admin'),
    explanation:
      'Where `location /admin/` passes its requests on, nginx itself sends whoever left out the last slash to /admin/. There he is asked for the password.',
  },
  {
    question: 'A user gives the right password to /report, which needs none. Which status?',
    choices,
    answer(trial) {
      const { name, password } = someUser(trial);
      return statusOf(trial, '/report', { headers: basic(name, password) });
    },
    explanation: 'Where nobody asks, nobody looks at the header. It goes on to the application with the rest.',
  },
  {
    question: 'Where does a browser keep the password after it was typed once?',
    choices: ['in a cookie of the site', 'nowhere: the server remembers it', 'it sends it with every request'],
    // HTTP has no memory: a second request that says nothing is asked again.
    async answer(trial) {
      const { name, password } = someUser(trial);
      const first = await ask(trial, '/admin/', { headers: basic(name, password) });
      const second = await ask(trial, '/admin/');
      return second.status === 200 ? 1 : first.headers['set-cookie'] === undefined ? 2 : 0;
    },
    explanation: 'HTTP has no memory. Each request says it anew, which is why Basic belongs on HTTPS alone.',
  },
];
