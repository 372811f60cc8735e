import type { Prediction } from '../../grader/index.ts';

const statuses = [200, 301, 403, 404, 405, 416] as const;
const choices = [...statuses.map(String), 'another one'];

/** The place of a status among the choices. */
function statusChoice(status: number): number {
  const place = (statuses as readonly number[]).indexOf(status);
  return place < 0 ? statuses.length : place;
}

export const predictions: readonly Prediction[] = [
  {
    question: 'You ask for /index.html, then for /INDEX.HTML. Which status does the second one get on Linux?',
    choices,
    answer: async ({ client }) => statusChoice((await client.get('/INDEX.HTML')).status),
    explanation: 'Paths are compared byte for byte, by the server and by the file system of Linux. It is another file.',
  },
  {
    question: 'A POST to /index.html, a plain file: which status?',
    choices,
    answer: async ({ client }) =>
      statusChoice((await client.request('/index.html', { method: 'POST', body: 'hello' })).status),
    explanation: 'A file cannot do anything with a body. The module for static files answers GET and HEAD alone.',
  },
  {
    question: 'Somebody asks for /../../etc/passwd the harmless way, by /etc/passwd. Which status?',
    choices,
    answer: async ({ client }) => statusChoice((await client.get('/etc/passwd')).status),
    explanation: '`root` is put in front of the whole path: the server looked for /usr/share/nginx/html/etc/passwd.',
  },
  {
    question: 'You ask with "Range: bytes=999999999-" for a part far behind the end of index.html. Which status?',
    choices,
    answer: async ({ client }) =>
      statusChoice((await client.get('/index.html', { headers: { Range: 'bytes=999999999-' } })).status),
    explanation: 'No byte of the file lies in that range, and the server says so instead of sending something else.',
  },
];
