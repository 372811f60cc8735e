import type { Prediction, Trial } from '../../grader/index.ts';
import { instances, marked } from './objectives/instances.ts';

/** The instance that got a marked request: 0, 1, or 2 for neither. */
function whoGot(trial: Trial, mark: string): number {
  const place = instances(trial).findIndex((instance) => marked(instance, mark).length > 0);
  return place < 0 ? 2 : place;
}

export const predictions: readonly Prediction[] = [
  {
    question: 'One client asks for the same page twice over one connection. Do both requests go to the same instance?',
    choices: ['yes: the connection decides', 'no: each request is dealt out by itself'],
    async answer(trial) {
      const hits: number[] = [];
      for (let i = 0; i < 6; i++) {
        const mark = trial.random.word();
        await trial.client.get(`/status?${mark}`, { connection: 'prediction' });
        hits.push(whoGot(trial, mark));
      }
      return new Set(hits).size === 1 ? 0 : 1;
    },
    explanation: 'The balancer ends the client’s connection and opens its own. It chooses for each request.',
  },
  {
    question:
      'You post a new popularity for a film, then read it back eight times through the balancer. How often do you see it?',
    choices: ['always', 'about every second time', 'never'],
    async answer({ client, random }) {
      const films = (await client.get('/discover?type=movie&genre=18')).json() as { id: number; popularity: number }[];
      const film = films[0];
      if (film === undefined) throw new Error('the catalog has no film of genre 18');
      const popularity = film.popularity + 1 + random.integer(1_000_000);
      const body = JSON.stringify({ movieId: String(film.id), popularity });
      const headers = { 'Content-Type': 'application/json' };
      await client.request('/updatePopularity', { method: 'POST', headers, body });
      const answers = await client.burst(Array.from({ length: 8 }, () => '/discover?type=movie&genre=18'));
      const fresh = answers.filter((answer) => answer.text.includes(String(popularity))).length;
      return fresh === 8 ? 0 : fresh === 0 ? 2 : 1;
    },
    explanation:
      'Each instance keeps its films in its own memory. What one was told the other does not know: state belongs in a database behind both.',
  },
  {
    question: 'One instance is stopped. Which status do the next ten requests get?',
    choices: ['200, all of them', 'some 200, some 502', '502, all of them'],
    async answer(trial) {
      const [first] = instances(trial);
      await first.stop();
      try {
        const answers = await trial.client.burst(Array.from({ length: 10 }, () => '/status'));
        const good = answers.filter((answer) => answer.status === 200).length;
        return good === 10 ? 0 : good === 0 ? 2 : 1;
      } finally {
        await first.start();
        await trial.world.restartServer();
      }
    },
    explanation:
      'A refused connection is found out before anything was sent, so the request can go to the other instance.',
  },
  {
    question: 'An instance takes a POST and dies before it answers. What does the client get?',
    choices: ['200, from the other instance', 'an error (502 or 504)', 'nothing at all'],
    async answer(trial) {
      const path = `/votes-${trial.random.word()}`;
      for (const instance of instances(trial)) instance.misbehave('die', path);
      try {
        const answer = await trial.client.request(path, { method: 'POST', body: 'vote' });
        return answer.status === 0 ? 2 : answer.status < 500 ? 0 : 1;
      } finally {
        for (const instance of instances(trial)) instance.misbehave(undefined);
        await trial.world.restartServer();
      }
    },
    explanation:
      'Nobody knows whether the vote was counted. To send it again could count it twice, so the balancer says so.',
  },
];
