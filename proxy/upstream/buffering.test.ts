import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { nginxMissing, SideBySide } from '../testing/side-by-side.ts';
import { until, within } from '../testing/until.ts';

const MEGABYTE = 1024 * 1024;
/** More than the kernel keeps for two sockets. */
const BIG = 48 * MEGABYTE;
const PATTERN = Buffer.alloc(MEGABYTE, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));

/** An application that sends as much as its path says, as fast as it is read, and keeps count. */
class Sender {
  sent = 0;
  finished = false;
  received = createHash('sha1');
  receivedBytes = 0;
  heads: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  port = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }

  forget(): void {
    this.sent = 0;
    this.finished = false;
    this.received = createHash('sha1');
    this.receivedBytes = 0;
    this.heads = [];
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    let head = '';
    socket.on('data', (bytes: Buffer) => {
      if (!head.includes('\r\n\r\n')) {
        head += bytes.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        this.heads.push(head.slice(0, end + 4));
        this.#body(Buffer.from(head.slice(end + 4), 'latin1'));
        if (head.startsWith('GET')) this.#send(socket, head.split(' ')[1]!);
        else this.#answerWhenRead(socket, Number(/content-length: (\d+)/i.exec(head)?.[1] ?? -1));
      } else this.#body(bytes);
    });
  }

  #body(bytes: Buffer): void {
    this.receivedBytes += bytes.length;
    this.received.update(bytes);
  }

  #answerWhenRead(socket: Socket, length: number): void {
    const look = (): void => {
      if (this.receivedBytes >= length) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    };
    socket.on('data', () => setImmediate(look));
    setImmediate(look);
  }

  #send(socket: Socket, path: string): void {
    const size = BIG + (path.includes('short') ? 1000 : 0);
    const headers = path.includes('wish-no')
      ? 'X-Accel-Buffering: no\r\n'
      : path.includes('wish-yes')
        ? 'X-Accel-Buffering: yes\r\n'
        : '';
    const framing = path.includes('until-close') ? '' : `Content-Length: ${size}\r\n`;
    socket.write(`HTTP/1.1 200 OK\r\n${headers}${framing}\r\n`);
    const more = (): void => {
      while (this.sent < BIG) {
        this.sent += PATTERN.length;
        if (!socket.write(PATTERN)) return;
      }
      socket.removeListener('drain', more);
      socket.end(() => (this.finished = true));
    };
    socket.on('drain', more);
    more();
  }
}

/** A client that sends a request and reads nothing until it is told to. */
class SlowClient {
  readonly #socket: Socket;
  bytes = 0;
  head = '';
  readonly #hash = createHash('sha1');
  readonly ended: Promise<void>;

  constructor(port: number, path: string) {
    const socket = connect(port, '127.0.0.1');
    this.#socket = socket;
    // An HTTP/1.0 client gets no chunks.
    const version = path.includes('until-close') ? '1.0' : '1.1';
    socket.write(`GET ${path} HTTP/${version}\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
  }

  /** The hash of the whole body. */
  async readAll(): Promise<string> {
    this.#socket.on('data', (chunk) => {
      let body = chunk;
      if (!this.head.includes('\r\n\r\n')) {
        const text = this.head + chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        body = end < 0 ? Buffer.alloc(0) : Buffer.from(text.slice(end + 4), 'latin1');
        this.head = end < 0 ? text : text.slice(0, end + 4);
      }
      this.bytes += body.length;
      this.#hash.update(body);
    });
    await within('the end of the answer', this.ended, () => `${this.bytes} bytes so far`);
    return this.#hash.digest('hex');
  }

  leave(): void {
    this.#socket.destroy();
  }
}

/** Node hands it out on request only. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

const hashOf = (bytes: number): string => {
  const hash = createHash('sha1');
  for (let at = 0; at < bytes; at += PATTERN.length) hash.update(PATTERN);
  return hash.digest('hex');
};

describe.skipIf(nginxMissing !== undefined)('buffering', () => {
  const sender = new Sender();
  let pair: SideBySide;
  let client: SlowClient | undefined;

  beforeAll(async () => {
    await sender.start();
    const to = `http://127.0.0.1:${sender.port}`;
    pair = await SideBySide.start(
      `proxy_temp_path LOGS/answers 1 2; client_body_temp_path LOGS/bodies 2;
       server {
         listen 127.0.0.1:PORT; client_max_body_size 100m;
         location /on { proxy_pass ${to}; }
         location /off { proxy_pass ${to}; proxy_buffering off; proxy_request_buffering off; proxy_http_version 1.1; }
         location /none { proxy_pass ${to}; proxy_max_temp_file_size 0; }
         location /little { proxy_pass ${to}; proxy_max_temp_file_size 1m; }
         location /deaf { proxy_pass ${to}; proxy_ignore_headers X-Accel-Buffering; }
       }`,
      {},
    );
  });
  afterAll(async () => {
    await pair.stop();
    sender.stop();
  });
  afterEach(() => {
    client?.leave();
    for (const socket of sender.sockets) socket.destroy();
  });

  /** Waits until the application makes no more progress; false when it has sent everything. */
  const stuck = async (): Promise<boolean> => {
    for (;;) {
      const before = sender.sent;
      await until('something is sent', () => sender.sent > 0);
      await new Promise((resolve) => setTimeout(resolve, 400));
      if (sender.finished) return false;
      if (sender.sent === before) return true;
    }
  };

  describe.each([
    ['nginx', 0, 'theirs'],
    ['reference', 1, 'ours'],
  ] as const)('%s', (_name, side, folder) => {
    const start = (path: string): SlowClient => {
      sender.forget();
      client = new SlowClient(pair.ports[side], path);
      return client;
    };
    const errorLog = (): string => readFileSync(`${pair.folder}/${folder}/error.log`, 'latin1');
    const filesIn = (name: string): string[] =>
      readdirSync(`${pair.folder}/${folder}/${name}`, { recursive: true, encoding: 'utf8' }).filter((file) =>
        statSync(`${pair.folder}/${folder}/${name}/${file}`).isFile(),
      );

    test.each(['/on', '/on/until-close', '/deaf/wish-no', '/off/wish-yes'])(
      '%s: the application is free before the client has read anything',
      async (path) => {
        const slow = start(path);
        await until('the application is free', () => sender.finished && sender.sockets.size === 0);
        await until('the log tells of a file', () =>
          /an upstream response is buffered to a temporary file/.test(errorLog()),
        );
        expect(errorLog()).toMatch(
          new RegExp(
            `\\[warn\\] .* an upstream response is buffered to a temporary file ${pair.folder}/${folder}/answers/\\d/\\d\\d/\\d{10} while reading upstream, client: 127.0.0.1, server: , request: "GET /`,
          ),
        );
        expect(filesIn('answers')).toEqual([]);
        expect(await slow.readAll()).toBe(hashOf(BIG));
      },
    );

    test.each(['/off', '/none', '/little', '/on/wish-no'])('%s: the application waits for the client', async (path) => {
      const slow = start(path);
      expect(await stuck()).toBe(true);
      expect(await slow.readAll()).toBe(hashOf(BIG));
      expect(sender.finished).toBe(true);
    });

    test('what came of an answer that broke off arrives, and then the connection ends', async () => {
      const slow = start('/on/short');
      await until('the application is free', () => sender.finished && sender.sockets.size === 0);
      expect(await slow.readAll()).toBe(hashOf(BIG));
      expect(slow.head).toContain(`Content-Length: ${BIG + 1000}\r\n`);
      expect(errorLog()).toContain('upstream prematurely closed connection while reading upstream');
    });

    test('a request body is read completely before the application hears of it, in a file when it is big', async () => {
      sender.forget();
      const body = Buffer.concat([PATTERN, PATTERN]);
      const socket = connect(pair.ports[side], '127.0.0.1');
      let answer = '';
      socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
      socket.write(`POST /on HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`);
      socket.write(body.subarray(0, -1));
      await until('the log tells of a file', () =>
        /a client request body is buffered to a temporary file/.test(errorLog()),
      );
      expect(errorLog()).toMatch(
        new RegExp(
          `\\[warn\\] .* a client request body is buffered to a temporary file ${pair.folder}/${folder}/bodies/\\d\\d/\\d{10}, client: `,
        ),
      );
      expect(filesIn('bodies')).toEqual([]);
      expect(sender.heads).toEqual([]);
      socket.write(body.subarray(-1));
      await until('the answer is there', () => answer.endsWith('ok'));
      expect(sender.receivedBytes).toBe(body.length);
      expect(sender.received.digest('hex')).toBe(createHash('sha1').update(body).digest('hex'));
    });

    test('without request buffering the application hears of a request before its body is there', async () => {
      sender.forget();
      const socket = connect(pair.ports[side], '127.0.0.1');
      let answer = '';
      socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
      socket.write('POST /off HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc');
      await until('half of the body arrived', () => sender.receivedBytes === 3);
      socket.write('def');
      await until('the answer is there', () => answer.endsWith('ok'));
      expect(sender.heads[0]).toContain('Content-Length: 6\r\n');
    });
  });

  test('a spooled answer takes no memory', async () => {
    sender.forget();
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    client = new SlowClient(pair.ports[1], '/on');
    await until('the application is free', () => sender.finished && sender.sockets.size === 0);
    // What lies in memory instead of the file stays there until the client reads.
    await until('little of it is in memory', () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - before < BIG / 4;
    });
    expect(await client.readAll()).toBe(hashOf(BIG));
  });

  test.skipIf(process.platform !== 'linux')('a client that leaves takes its file with it', async () => {
    sender.forget();
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    client = new SlowClient(pair.ports[1], '/on');
    await until('the application is free', () => sender.finished && sender.sockets.size === 0);
    expect(openFiles()).toBeGreaterThan(before);
    client.leave();
    await until('the file is closed', () => openFiles() <= before);
  });
});
