import { connect } from 'node:net';
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
    async answer({ world }) {
      const { hostname, port } = new URL(`http://${world.address.https.replace(/^\w+:\/\//, '')}`);
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(Number(port), hostname, () =>
          socket.write('GET / HTTP/1.0\r\nHost: catalog.test\r\n\r\n'),
        );
        socket.setTimeout(2_000, () => socket.destroy());
        socket.on('data', (data) => {
          text += data.toString('latin1');
        });
        socket.on('error', () => resolve(text));
        socket.on('close', () => resolve(text));
      });
      return / 400 /.test(answer) ? 0 : / 30\d /.test(answer) ? 1 : 2;
    },
    explanation:
      'The server expects a handshake, sees letters, and says so once in the language the client understands.',
  },
  {
    question: 'A client asks port 443 for backoffice.test, a name your certificate does not hold. Who stops it?',
    choices: ['the server refuses the handshake', 'the handshake works: only a careful client stops', 'nobody notices'],
    async answer({ client }) {
      const shake = await client.handshake({ servername: 'backoffice.test' });
      if (!shake.ok) return 0;
      return shake.certificate?.names.some((name) => name.includes('backoffice.test')) === true ? 2 : 1;
    },
    explanation:
      'The server shows the certificate it has. To compare the names is the client’s part, and browsers do it.',
  },
];
