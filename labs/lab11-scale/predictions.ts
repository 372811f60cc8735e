import type { Prediction } from '../../grader/index.ts';

export const predictions: readonly Prediction[] = [
  {
    question: 'A client that says nothing of Accept-Encoding asks for the films. Is the answer compressed?',
    choices: ['yes', 'no'],
    async answer({ client }) {
      return (await client.get('/discover?type=tv')).headers['content-encoding'] === undefined ? 1 : 0;
    },
    explanation: 'Who doesn’t ask for it may not be able to unpack it.',
  },
  {
    question: 'One that says gzip asks for a poster. Is the picture compressed once more?',
    choices: ['yes', 'no'],
    async answer({ client }) {
      const { headers } = await client.get('/poster/404.jpg', { headers: { 'Accept-Encoding': 'gzip' } });
      return headers['content-encoding'] === undefined ? 1 : 0;
    },
    explanation: 'A JPEG is compressed as far as it goes. gzip would make it longer, and cost time.',
  },
  {
    question: 'Both instances run. How many of 12 requests come to the one on 8080?',
    choices: ['none', 'four', 'twelve', 'another number'],
    async answer({ client, random, world }) {
      const mark = random.word(10);
      await client.burst(Array.from({ length: 12 }, (_, i) => `/status?${mark}-${i}`));
      const count = world.application('catalog').seen.filter(({ target }) => target.includes(mark)).length;
      const place = [0, 4, 12].indexOf(count);
      return place < 0 ? 3 : place;
    },
    explanation: 'A `backup` is asked when nobody else is left.',
  },
  {
    question: 'The server is stopped and started again at once, with visitors at it. Does each of them get an answer?',
    choices: ['yes', 'no'],
    // A visitor comes at the worst moment: how long it lasts is up to the machine.
    async answer({ client, world }) {
      world.server.signal('SIGQUIT');
      await world.server.runs(10_000);
      const between = await client.get('/status');
      await world.restartServer();
      const afterwards = await client.get('/status');
      return between.status === 200 && afterwards.status === 200 ? 0 : 1;
    },
    explanation: 'While no process holds the port, connections are refused. That is what a reload is for.',
  },
];
