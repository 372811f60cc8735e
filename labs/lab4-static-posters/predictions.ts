import type { Prediction, Trial } from '../../grader/index.ts';

const who = ['the web server, from a file', 'the application', 'the web server, with an error'];

/** Who answers a path: 0 a file, 1 the application, 2 an error of the web server. */
async function whoAnswers({ client, random, world }: Trial, path: string): Promise<number> {
  const mark = random.word(10);
  const response = await client.get(path, { headers: { 'X-Mark': mark } });
  const seen = world.application('catalog').seen;
  if (seen.some((one) => Object.values(one.headers).some((value) => value.includes(mark)))) return 1;
  return response.status < 400 && response.status > 0 ? 0 : 2;
}

export const predictions: readonly Prediction[] = [
  {
    question: 'Who answers GET /poster/404.jpg?',
    choices: who,
    answer: (trial) => whoAnswers(trial, '/poster/404.jpg'),
    explanation: 'The placeholder is a file like the others. Asked for by its name it is simply a poster.',
  },
  {
    question: 'Who answers GET /films/poster/1.jpg?',
    choices: who,
    answer: (trial) => whoAnswers(trial, '/films/poster/1.jpg'),
    explanation: 'A location is compared from the beginning of the path. This one begins with /films/.',
  },
  {
    question: 'Who answers GET /poster/../status, sent as it stands here?',
    choices: who,
    answer: (trial) => whoAnswers(trial, '/poster/../status'),
    explanation: 'The path is tidied before a location is chosen. What is left is /status, and no poster.',
  },
  {
    question: 'Who answers GET /Poster/404.jpg, with a capital P?',
    choices: who,
    answer: (trial) => whoAnswers(trial, '/Poster/404.jpg'),
    explanation: 'Prefixes are compared byte for byte on Linux. Only `location ~*` ignores case.',
  },
  {
    question: 'Somebody puts a new file into the poster directory. When is it served?',
    choices: ['at once', 'after a reload', 'after a restart'],
    async answer({ client, random, world }) {
      const name = `${random.word(10)}.jpg`;
      await world.writeFile('poster', name, random.bytes(100));
      try {
        if ((await client.get(`/poster/${name}`)).status === 200) return 0;
        await world.restartServer();
        return 2;
      } finally {
        await world.removeFile('poster', name);
      }
    },
    explanation: 'A reload is for the configuration. Files are opened when they are asked for.',
  },
];
