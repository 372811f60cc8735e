import { createServer, type Server, type Socket } from 'node:net';

/** What an application got by uwsgi or FastCGI. Texts are bytes as latin1. */
export interface GatewayRequest {
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** A parameter's last value. */
  get(name: string): string | undefined;
  readonly body: string;
  /** uwsgi's modifiers, or FastCGI's role and flags. */
  readonly modifiers: readonly [number, number];
  /** How many requests came on this connection, with this one. */
  readonly count: number;
}

/**
 * Bytes as latin1: all of an answer of uwsgi, or what goes to stdout by FastCGI. FastCGI may also be answered record by
 * record. `open` leaves a connection open that would be closed, `closed` closes one that would be kept.
 */
export type GatewayAnswer =
  | string
  | { readonly text?: string; readonly records?: readonly Buffer[]; readonly open?: true; readonly closed?: true };
export type GatewayApp = (request: GatewayRequest) => GatewayAnswer;

/** A record of FastCGI; `padding` bytes go behind it. */
export function fastcgiRecord(type: number, content: string, padding = 0): Buffer {
  const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, padding, 0]);
  return Buffer.concat([head, Buffer.from(content, 'latin1'), Buffer.alloc(padding)]);
}

export const stdout = (text: string, padding?: number): Buffer => fastcgiRecord(6, text, padding);
export const stderr = (text: string): Buffer => fastcgiRecord(7, text);
export const endRequest = fastcgiRecord(3, '\0'.repeat(8));

/** An application that speaks uwsgi, on a free port of 127.0.0.1 or on a Unix socket. */
export function uwsgiServer(app: GatewayApp, where: number | string = 0): Promise<Server> {
  return listening(where, (socket, bytes) => {
    const size = bytes.length < 4 ? 0 : bytes.readUInt16LE(1);
    if (bytes.length < 4 + size) return undefined;
    const parameters: [string, string][] = [];
    let at = 4;
    const word = (): string => {
      const length = bytes.readUInt16LE(at);
      at += 2 + length;
      return bytes.toString('latin1', at - length, at);
    };
    while (at < 4 + size) parameters.push([word(), word()]);
    const length = Number(parameters.findLast(([name]) => name === 'CONTENT_LENGTH')?.[1] ?? 0);
    if (bytes.length < at + length) return undefined;
    const body = bytes.toString('latin1', at, at + length);
    const answer = app(requestOf(parameters, body, [bytes[0]!, bytes[3]!], 1));
    const { text = '', open } = typeof answer === 'string' ? { text: answer } : answer;
    socket.write(text, 'latin1');
    if (open !== true) socket.end();
    return bytes.length;
  });
}

/** An application that speaks FastCGI. */
export function fastcgiServer(app: GatewayApp, where: number | string = 0): Promise<Server> {
  const counts = new WeakMap<Socket, number>();
  return listening(where, (socket, bytes) => {
    let at = 0;
    const streams: Record<number, Buffer[]> = { 1: [], 4: [], 5: [] };
    for (;;) {
      if (bytes.length < at + 8) return undefined;
      const length = bytes.readUInt16BE(at + 4);
      const end = at + 8 + length + bytes[at + 6]!;
      if (bytes.length < end) return undefined;
      const type = bytes[at + 1]!;
      streams[type]!.push(bytes.subarray(at + 8, at + 8 + length));
      at = end;
      if (type === 5 && length === 0) break;
    }
    const begin = Buffer.concat(streams[1]!);
    const count = (counts.get(socket) ?? 0) + 1;
    counts.set(socket, count);
    const body = Buffer.concat(streams[5]!).toString('latin1');
    const parameters = pairsOf(Buffer.concat(streams[4]!));
    const answer = app(requestOf(parameters, body, [begin.readUInt16BE(0), begin[2]!], count));
    const { text = '', records, open, closed } = typeof answer === 'string' ? { text: answer } : answer;
    socket.write(Buffer.concat(records ?? [...pieces(text), stdout(''), endRequest]));
    const keeps = (begin[2]! & 1) === 1;
    if (closed === true || (!keeps && open !== true)) socket.end();
    return at;
  });
}

function pieces(text: string): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < text.length; at += 60_000) {
    const piece = text.slice(at, at + 60_000);
    records.push(stdout(piece, (8 - (piece.length & 7)) & 7));
  }
  return records;
}

function pairsOf(bytes: Buffer): [string, string][] {
  const pairs: [string, string][] = [];
  let at = 0;
  const length = (): number => {
    const first = bytes[at]!;
    at += first < 128 ? 1 : 4;
    return first < 128 ? first : bytes.readUInt32BE(at - 4) & 0x7fffffff;
  };
  while (at < bytes.length) {
    const [name, value] = [length(), length()];
    at += name + value;
    pairs.push([bytes.toString('latin1', at - name - value, at - value), bytes.toString('latin1', at - value, at)]);
  }
  return pairs;
}

function requestOf(
  parameters: readonly (readonly [string, string])[],
  body: string,
  modifiers: readonly [number, number],
  count: number,
): GatewayRequest {
  const get = (name: string): string | undefined => parameters.findLast(([other]) => other === name)?.[1];
  return { parameters, get, body, modifiers, count };
}

/** `take` gets all bytes that have come and returns how many a request took; `undefined` when it isn't complete. */
function listening(
  where: number | string,
  take: (socket: Socket, bytes: Buffer<ArrayBuffer>) => number | undefined,
): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      for (let taken = take(socket, bytes); taken !== undefined; taken = take(socket, bytes)) {
        bytes = bytes.subarray(taken);
        if (bytes.length === 0) return;
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const close = server.close.bind(server);
  server.close = (...rest) => {
    for (const socket of sockets) socket.destroy();
    return close(...rest);
  };
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    const ready = (): void => resolve(server);
    if (typeof where === 'string') server.listen(where, ready);
    else server.listen(where, '127.0.0.1', ready);
  });
}
