import { connect } from 'node:net';
import { encodeFastcgiHead, fastcgiFraming } from '../../proxy/upstream/protocols/fastcgi.ts';
import { encodeUwsgiHead } from '../../proxy/upstream/protocols/uwsgi.ts';
import { type Answer, type Asked, headerOf, nameOf } from './gateway.ts';

export type Parameters = readonly (readonly [name: string, value: string])[];

/** What an application is told of a request, in the manner of CGI. */
export function parametersOf(asked: Asked): Parameters {
  const { method, target, rawHeaders, body, socket } = asked;
  const headers: [string, string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toUpperCase().replaceAll('-', '_');
    if (!/^(CONNECTION|CONTENT_LENGTH|CONTENT_TYPE|TRANSFER_ENCODING)$/.test(name))
      headers.push([`HTTP_${name}`, rawHeaders[i + 1]!]);
  }
  return [
    ['REQUEST_METHOD', method],
    ['REQUEST_URI', target],
    ['QUERY_STRING', target.split('?')[1] ?? ''],
    ['PATH_INFO', decodeURIComponent(target.split('?')[0]!)],
    ['CONTENT_TYPE', headerOf(asked, 'content-type')],
    ['CONTENT_LENGTH', String(body.length)],
    ['REMOTE_ADDR', socket.remoteAddress ?? ''],
    ...headers,
  ];
}

/** The application that a site of lab 12 belongs to, asked in its protocol; undefined for names that nobody has. */
export function askSiteOf(asked: Asked, parameters = parametersOf(asked)): Promise<Answer> | undefined {
  const name = nameOf(asked);
  if (name === 'catalog.test') return askApplication('uwsgi', process.env.UWSGI!, parameters, asked.body);
  if (name === 'www.catalog.test') return askApplication('fastcgi', process.env.FASTCGI!, parameters, asked.body);
  return undefined;
}

/** Asks an application once; the status is 502 when it can't be reached, or breaks off. */
function askApplication(
  protocol: 'uwsgi' | 'fastcgi',
  address: string,
  parameters: Parameters,
  body: Buffer,
): Promise<Answer> {
  const [host, port] = address.split(':');
  const head = protocol === 'uwsgi' ? encodeUwsgiHead(parameters) : encodeFastcgiHead(parameters, false);
  const sent = protocol === 'uwsgi' ? body : Buffer.concat([fastcgiFraming.wrap(body), fastcgiFraming.end]);
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect(Number(port), host);
    socket.on('error', () => {});
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.on('close', () => {
      const bytes = Buffer.concat(pieces);
      resolve(answerIn(protocol === 'uwsgi' ? bytes : stdoutOf(bytes)));
    });
    socket.write(Buffer.concat([Buffer.from(head as string, 'latin1'), sent]));
  });
}

/** What the records of a FastCGI answer hold on stdout. */
function stdoutOf(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8 + bytes.readUInt16BE(at + 4) + bytes[at + 6]!)
    if (bytes[at + 1] === 6) pieces.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt16BE(at + 4)));
  return Buffer.concat(pieces);
}

function answerIn(bytes: Buffer): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { status: 502 };
  const lines = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = lines
    .filter((line) => !line.startsWith('HTTP/'))
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
  // By uwsgi it is the first line, by FastCGI a header.
  const status = Number(/^(?:HTTP\/1\.\d|Status:) (\d{3})/m.exec(lines.join('\n'))?.[1] ?? 200);
  const rawHeaders = headers.filter(([name]) => name !== 'Status').flat() as string[];
  return { status, rawHeaders, body: bytes.subarray(end + 4) };
}
