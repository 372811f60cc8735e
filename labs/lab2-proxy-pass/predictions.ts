import type { Prediction } from '../../grader/index.ts';

const applicationChoices = ['the application', 'the web server itself', 'nobody: the connection is closed'];

export const predictions: readonly Prediction[] = [
  {
    question: 'You ask for /no-such-page. Who writes the 404 that comes back?',
    choices: applicationChoices,
    async answer({ client, random, world }) {
      const mark = random.word();
      const response = await client.get(`/no-such-page-${mark}`);
      if (response.status === 0) return 2;
      return world.application('catalog').seen.some((seen) => seen.target.includes(mark)) ? 0 : 1;
    },
    explanation:
      'With everything forwarded the web server does not know which pages exist. Only the application can say 404.',
  },
  {
    question: 'A client sends a request line with no HTTP in it ("HELLO"). Who answers?',
    choices: applicationChoices,
    async answer({ client, world }) {
      const before = world.application('catalog').seen.length;
      const answer = await client.raw('HELLO\r\n\r\n', { timeLimit: 2_000 });
      if (
        world
          .application('catalog')
          .seen.slice(before)
          .some((seen) => seen.method === 'HELLO')
      )
        return 0;
      return answer.length > 0 ? 1 : 2;
    },
    explanation:
      'The server in front reads and checks every request first. What is not HTTP never gets to the application.',
  },
  {
    question:
      'A request arrives from your own machine. Which address does the application see its connection come from?',
    choices: ["the client's address, 127.0.0.1, because both run here", 'the address of catalog.test', 'none at all'],
    async answer({ client, random, world }) {
      const mark = random.word();
      await client.get(`/whoami?${mark}`);
      const seen = world.application('catalog').seen.find((one) => one.target.includes(mark));
      if (seen === undefined) return 2;
      return /127\.0\.0\.1$|::1$/.test(seen.remoteAddress) ? 0 : 1;
    },
    explanation:
      'What it really sees is the proxy’s address, which on this machine happens to be the same. On two machines it would not be: hence X-Forwarded-For.',
  },
  {
    question: 'You type /films/../status into a tool that does not tidy it up. Which path does the application get?',
    choices: ['/films/../status, as it was sent', '/status, tidied up', 'none: the web server refuses it'],
    async answer({ client, random, world }) {
      const mark = random.word();
      await client.get(`/films/../status?${mark}`);
      const seen = world.application('catalog').seen.find((one) => one.target.includes(mark));
      if (seen === undefined) return 2;
      return seen.target.startsWith('/films/') ? 0 : 1;
    },
    explanation:
      'The server tidies the path to choose a location. `proxy_pass` without a path sends on the original; with one, the tidied form.',
  },
];
