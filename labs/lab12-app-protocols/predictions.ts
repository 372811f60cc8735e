import type { Prediction, Trial } from '../../grader/index.ts';
import { applicationOf, askSite, php, python } from './objectives/sites.ts';

/** What arrived for a request, whether or not it was answered. */
async function parametersOf(trial: Trial, options: Parameters<typeof askSite>[3] = {}) {
  const { seen } = await askSite(trial, python, `/whoami?${trial.random.word()}`, options);
  return seen.parameters ?? {};
}

export const predictions: readonly Prediction[] = [
  {
    question: 'A client sends the header X-Film: 7. Under which name does the program in Python find it?',
    choices: ['X-Film', 'HTTP_X_FILM', 'X_FILM', 'nowhere: only well-known headers are passed on'],
    async answer(trial) {
      const found = await parametersOf(trial, { headers: { 'X-Film': '7' } });
      const at = ['X-Film', 'HTTP_X_FILM', 'X_FILM'].findIndex((name) => found[name] !== undefined);
      return at < 0 ? 3 : at;
    },
    explanation:
      'Headers become parameters: HTTP_ in front, capitals, and _ for -. So no client can set REMOTE_ADDR by a header of that name.',
  },
  {
    question: 'And X_Film: 7, with an underscore?',
    choices: ['it arrives as HTTP_X_FILM', 'it does not arrive'],
    async answer(trial) {
      const found = await parametersOf(trial, { headers: { X_Film: '7' } });
      return found.HTTP_X_FILM === undefined ? 1 : 0;
    },
    explanation:
      'X_Film and X-Film would become the same parameter, so nginx drops headers with an underscore (underscores_in_headers).',
  },
  {
    question: 'The program in PHP says "Status: 418 I am a teapot". What does the client see?',
    choices: ['200, and a header Status: 418', '418, and a header Status: 418', '418, and no header Status', '502'],
    async answer(trial) {
      const application = applicationOf(trial, php);
      const path = `/${trial.random.word()}`;
      application.answer(path, { status: 418, body: 'teapot' });
      try {
        const { status, headers } = await trial.client.get(path, { host: php.host });
        if (status === 502) return 3;
        if (status === 200) return 0;
        return headers.status === undefined ? 2 : 1;
      } finally {
        application.answer(path, undefined);
      }
    },
    explanation: 'FastCGI has no status line. The header Status takes its place, and ends at the web server.',
  },
  {
    question: 'GET /no-such-page at www.catalog.test. Who writes the 404?',
    choices: ['the application', 'the web server'],
    async answer(trial) {
      const application = applicationOf(trial, php);
      const mark = trial.random.word(12);
      await trial.client.get(`/no-such-page?${mark}`, { host: php.host });
      return application.seen.some(({ target }) => target.includes(mark)) ? 0 : 1;
    },
    explanation:
      'The protocol is another one, the division of labour is not: pages are the business of the application.',
  },
];
