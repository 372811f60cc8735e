import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

// Opcodes. Source: RFC 6455, section 5.2.
export const TEXT = 1;
export const CLOSE = 8;
const PING = 9;
const PONG = 10;
/** Bytes of one message. */
const most = 65_535;

/** A frame that holds a whole message; our conversations are too short for others. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes that it took. */
  readonly length: number;
}

/** What a server says to the `Sec-WebSocket-Key` of a client (RFC 6455, section 4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** A frame. A client's are masked, so that nothing between takes them for requests. */
export function writeFrame(opcode: number, payload: Buffer, { masked = false } = {}): Buffer {
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = (masked ? 0x80 : 0) | (short ? payload.length : 126);
  if (!short) head.writeUInt16BE(payload.length, 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ mask[at & 3]!)]);
}

/** The first frame of the bytes that have come; undefined while it isn't complete. Throws for what we never send. */
export function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 127;
  if ((bytes[0]! & 0x80) === 0 || short === 127) throw new Error('a message in pieces, or too large');
  const masked = (bytes[1]! & 0x80) !== 0;
  const head = short === 126 ? 4 : 2;
  const start = head + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length = start + (short === 126 ? bytes.readUInt16BE(2) : short);
  if (bytes.length < length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, length));
  if (masked) for (let at = 0; at < payload.length; at++) payload[at]! ^= bytes[head + (at & 3)]!;
  return { opcode: bytes[0]! & 15, payload, length };
}

/** The key of a request that asks for a WebSocket; undefined when it doesn't. A header is given by its lower-case name. */
export function webSocketKey(version: string, header: (name: string) => string | undefined): string | undefined {
  const upgrade = /\bwebsocket\b/i.test(header('upgrade') ?? '') && /\bupgrade\b/i.test(header('connection') ?? '');
  return upgrade && version === 'HTTP/1.1' ? header('sec-websocket-key') : undefined;
}

/** Answers 101, and from then on each message with what `say` says to it, until the client ends it. */
export function converse(
  socket: Duplex,
  key: string,
  headers: Readonly<Record<string, string>>,
  say: (message: string) => string,
): void {
  const lines = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': acceptKey(key), ...headers };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head.join('')}\r\n`);
  let bytes = Buffer.alloc(0);
  socket.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    try {
      for (let frame = readFrame(bytes); frame !== undefined; frame = readFrame(bytes)) {
        bytes = bytes.subarray(frame.length);
        const { opcode, payload } = frame;
        if (opcode === CLOSE) return void socket.end(writeFrame(CLOSE, payload));
        if (opcode === PING) socket.write(writeFrame(PONG, payload));
        if (opcode !== TEXT) continue;
        socket.write(writeFrame(TEXT, Buffer.from(say(payload.toString())).subarray(0, most)));
      }
    } catch {
      socket.destroy();
    }
  });
}
