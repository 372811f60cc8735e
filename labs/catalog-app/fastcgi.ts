import type { GatewayRequest } from './gateway-request.ts';

// Types of records. Source: the FastCGI specification, version 1.0, 8.
const VERSION = 1;
const BEGIN_REQUEST = 1;
const END_REQUEST = 3;
const PARAMS = 4;
const STDIN = 5;
const STDOUT = 6;
const HEAD = 8;
/** Bytes of content in one record, a multiple of 8. */
const MOST = 65_528;

/**
 * Reads a FastCGI request from the bytes that have come; `undefined` while it isn't complete: its body ends with an empty
 * record. Throws when it is another protocol's.
 */
export function readFastcgi(bytes: Buffer): GatewayRequest | undefined {
  const params: Buffer[] = [];
  const body: Buffer[] = [];
  let keep = false;
  if (bytes.length > 0 && bytes[0] !== VERSION) throw new Error(`version ${bytes[0]} is not FastCGI's`);
  for (let at = 0; bytes.length >= at + HEAD; ) {
    const type = bytes[at + 1]!;
    const content = bytes.subarray(at + HEAD, at + HEAD + bytes.readUInt16BE(at + 4));
    const id = bytes.readUInt16BE(at + 2);
    at += HEAD + bytes.readUInt16BE(at + 4) + bytes[at + 6]!;
    if (bytes.length < at) return undefined;
    if (type === BEGIN_REQUEST) keep = (content[2]! & 1) === 1;
    else if (type === PARAMS) params.push(content);
    else if (type === STDIN && content.length > 0) body.push(content);
    else if (type === STDIN) {
      return { parameters: pairs(Buffer.concat(params)), body: Buffer.concat(body), length: at, keep, id };
    }
  }
  return undefined;
}

/** Names and values, each after its length: one byte up to 127, four beyond. */
function pairs(bytes: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  const length = (): number => {
    const short = bytes[at]! < 128;
    at += short ? 1 : 4;
    return short ? bytes[at - 1]! : bytes.readUInt32BE(at - 4) & 0x7fffffff;
  };
  const text = (size: number): string => {
    at += size;
    return bytes.toString('latin1', at - size, at);
  };
  while (at < bytes.length) {
    const [name, value] = [length(), length()];
    found.set(text(name), text(value));
  }
  return found;
}

/** An answer in records: what is on stdout, its end, and the end of the request. */
export function fastcgiAnswer(answer: Buffer, id: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < answer.length; at += MOST) records.push(...record(STDOUT, id, answer.subarray(at, at + MOST)));
  return Buffer.concat([
    ...records,
    ...record(STDOUT, id, Buffer.alloc(0)),
    ...record(END_REQUEST, id, Buffer.alloc(8)),
  ]);
}

function record(type: number, id: number, content: Buffer): Buffer[] {
  const padding = (8 - (content.length & 7)) & 7;
  const head = Buffer.from([VERSION, type, id >> 8, id & 255, content.length >> 8, content.length & 255, padding, 0]);
  return [head, content, Buffer.alloc(padding)];
}
