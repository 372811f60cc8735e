import { connect, createServer, type Server } from 'node:net';
import { comparable, SideBySide } from './side-by-side.ts';

/** A good request sent after the bytes in question: who reads those differently answers this one differently. */
export const LAST = 'GET /static?last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';

/** How one server read some bytes: what it answered, and the requests it passed on to the application. */
export interface Reading {
  readonly answer: string;
  readonly arrived: readonly string[];
}

/** nginx and ours in front of one application that keeps every byte: do both read the same requests in what a client sends? */
export class TwoReaders {
  readonly #application: Server;
  readonly #arrived: Record<'theirs' | 'ours', string[]> = { theirs: [], ours: [] };
  #pair!: SideBySide;

  private constructor() {
    this.#application = createServer((socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        const end = text.indexOf('\r\n\r\n') + 4;
        if (end < 4 || text.length - end < Number(/^Content-Length: (\d+)/im.exec(text)?.[1] ?? 0)) return;
        const side = /^X-Side: .*(theirs|ours)\r$/m.exec(text)![1] as 'theirs' | 'ours';
        this.#arrived[side].push(text.replace(/^X-Side: .*\r\n/m, ''));
        text = '';
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
  }

  static async start(): Promise<TwoReaders> {
    const readers = new TwoReaders();
    await new Promise<void>((resolve) => readers.#application.listen(0, '127.0.0.1', resolve));
    const { port } = readers.#application.address() as { port: number };
    readers.#pair = await SideBySide.start(
      `client_header_buffer_size 1k; large_client_header_buffers 4 2k; client_max_body_size 2k;
       server {
         listen 127.0.0.1:PORT; server_name a.test;
         location / { proxy_pass http://127.0.0.1:${port}; proxy_ignore_client_abort on; proxy_set_header X-Side LOGS; }
         location /static { return 200 "$request_method|$request_uri|$uri|$args|$host|$server_name|$server_protocol"; }
       }
       server { listen 127.0.0.1:PORT; server_name b.test; location / { return 200 "b|$host"; } }`,
      {},
    );
    return readers;
  }

  /** Sends the bytes (latin1) and `LAST` to both. One call at a time. */
  async read(bytes: string): Promise<{ theirs: Reading; ours: Reading }> {
    this.#arrived.theirs = [];
    this.#arrived.ours = [];
    const [theirs, ours] = await Promise.all(this.#pair.ports.map((port) => talk(port, bytes + LAST)));
    return {
      theirs: { answer: comparable({ text: theirs!, closed: true }), arrived: this.#arrived.theirs },
      ours: { answer: comparable({ text: ours!, closed: true }), arrived: this.#arrived.ours },
    };
  }

  async stop(): Promise<void> {
    await this.#pair?.stop();
    this.#application.close();
  }
}

/** All that a server sends for these bytes, until it closes; the client has said that it is done. */
function talk(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (more) => (text += more.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.end(Buffer.from(bytes, 'latin1'));
  });
}
