import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { serverNameOf } from './client-hello.ts';

/** The first bytes of Node's own client. */
async function helloFor(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', servername });
  client.on('error', () => undefined);
  const [socket] = await once(server, 'connection');
  const pieces: Buffer[] = [];
  do pieces.push((await once(socket, 'data'))[0]);
  while (pieces.reduce((sum, { length }) => sum + length, -5) < pieces[0]!.readUInt16BE(3));
  client.destroy();
  server.close();
  return Buffer.concat(pieces);
}

/** The message cut into records of so many bytes. */
function inRecords(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const piece = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, piece.length >> 8, piece.length & 255]), piece);
  }
  return Buffer.concat(records);
}

test('the name that a client asks for, once its message is there', async () => {
  const hello = await helloFor('some.name.test');
  expect(serverNameOf(hello)).toBe('some.name.test');
  for (let length = 0; length < hello.length; length++) expect(serverNameOf(hello.subarray(0, length))).toBeUndefined();
  expect(serverNameOf(Buffer.concat([hello, Buffer.from('more')]))).toBe('some.name.test');
});

test('a message in several records', async () => {
  const hello = await helloFor('b.test');
  for (const size of [1, 3, 100]) expect(serverNameOf(inRecords(hello, size))).toBe('b.test');
});

test('no name', async () => {
  expect(serverNameOf(await helloFor(''))).toBe('');
});

test('bytes that are no such message never fail', async () => {
  const hello = await helloFor('a.test');
  for (let at = 5; at < hello.length; at++) {
    for (const byte of [0, 1, 127, 255]) {
      const broken = Buffer.from(hello);
      broken[at] = byte;
      expect(['string', 'undefined']).toContain(typeof serverNameOf(broken));
    }
  }
  expect(serverNameOf(Buffer.from([21, 3, 1, 0, 2, 2, 112]))).toBe('');
});
