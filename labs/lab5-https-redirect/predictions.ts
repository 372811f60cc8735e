import type { Prediction } from '../../grader/index.ts';

export const predictions: readonly Prediction[] = [
  {
    question: 'You ask for http://catalog.test/discover?type=tv. Which status do you get on port 80?',
    choices: ['200', '301', '302', '308', '404', 'another one'],
    async answer({ client }) {
      const { status } = await client.get('/discover?type=tv');
      const place = [200, 301, 302, 308, 404].indexOf(status);
      return place < 0 ? 5 : place;
    },
    explanation: 'A permanent redirect: the browser may remember it and ask over HTTPS at once the next time.',
  },
  {
    question: 'You ask port 80 for a poster that does not exist. Which status do you get there?',
    choices: ['404, because there is no such file', 'a redirect, like for everything else', '200 with the placeholder'],
    async answer({ client, random }) {
      const { status } = await client.get(`/poster/${random.word(10)}.jpg`);
      return status === 404 ? 0 : status === 200 ? 2 : 1;
    },
    explanation: 'Port 80 looks for no files at all. Whether the poster exists is found out after the redirect.',
  },
  {
    question: 'A client speaks plain HTTP to port 443. What comes back?',
    choices: ['an error (400), in plain HTTP', 'a redirect to https://', 'nothing: the connection is closed'],
    async answer({ client }) {
      const { status } = await client.get('/', { port: 443 });
      return status === 400 ? 0 : status >= 300 && status < 400 ? 1 : 2;
    },
    explanation:
      'The server expects a handshake, sees letters, and says so once in the language the client understands.',
  },
  {
    question: 'A client asks port 443 for shop.test, a name your certificate does not hold. Who stops it?',
    choices: ['the server refuses the handshake', 'the handshake works: only a careful client stops', 'nobody notices'],
    async answer({ client }) {
      const shake = await client.handshake({ servername: 'shop.test' });
      if (!shake.ok) return 0;
      return shake.certificate?.names.some((name) => name.includes('shop.test')) === true ? 2 : 1;
    },
    explanation:
      'The server shows the certificate it has. To compare the names is the client’s part, and browsers do it.',
  },
];
