import { describeStatus, type Objective } from '../../../grader/index.ts';
import { python } from './sites.ts';

export const live: Objective = {
  id: 'lab12.live',
  title: 'wss://catalog.test/live is a WebSocket of the application on 127.0.0.1:8080, in both directions.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab12.uwsgi'],
  needs: ['applications'],
  why: 'Chats, games and boards that change as one looks at them hold a connection open. Neither uwsgi nor FastCGI can carry that; HTTP can leave its own protocol.',
  hints: [
    'A browser asks to leave HTTP on this connection. Does the application ever hear of that wish?',
    'Look at `proxy_http_version`, and at `proxy_set_header` for `Upgrade` and for `Connection`: both are headers of one connection, and nginx passes on neither by itself.',
  ],
  manual: 'https://nginx.org/en/docs/http/websocket.html',
  async check({ client, expect, random, world }) {
    const application = world.application('catalog');
    // Ids that no film has: what the application says of them holds the word that it was told.
    const words = [random.word(12), random.word(12), random.word(200)];
    const { response, answers } = await client.converse(`/live?${words[0]}`, words, { host: python.host });
    expect(response.status === 101, 'status 101 for a WebSocket at /live', describeStatus(response), [response]);
    expect.header(response, 'x-run', application.token);
    const seen = application.seen.find(({ target }) => target === `/live?${words[0]}`);
    const evidence = [response, ...(seen === undefined ? [] : [seen])];
    for (const [at, word] of words.entries()) {
      const answer = answers[at];
      const received = answer === undefined ? 'nothing came' : answer.slice(0, 80);
      expect(
        answer?.includes(word) === true,
        `an answer to message ${at + 1}, about "${word.slice(0, 12)}"`,
        received,
        evidence,
      );
    }
    // What is no WebSocket is an answer like any other.
    expect.status(await client.get('/live', { host: python.host }), 426);
  },
};
