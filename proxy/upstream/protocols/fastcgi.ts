/** Requests of FastCGI, version 1, and the records that both directions are made of. Source: the FastCGI specification, 3.3 and 8. */
export const VERSION = 1;
export const END_REQUEST = 3;
export const STDOUT = 6;
export const STDERR = 7;
const BEGIN_REQUEST = 1;
const PARAMS = 4;
const STDIN = 5;
const RESPONDER = 1;
const KEEP_CONNECTION = 1;
/** One request at a time on a connection, so they all have the same number. */
export const REQUEST_ID = 1;
/** Bytes of a record's head. */
export const RECORD_HEAD = 8;
/** Bytes of a body in one record, as nginx cuts it. */
const MOST = 32_768;

const padding = (length: number): number => (8 - (length & 7)) & 7;

/** The head of a record, bytes as latin1. */
function recordHead(type: number, length: number): string {
  return String.fromCharCode(VERSION, type, 0, REQUEST_ID, length >> 8, length & 255, padding(length), 0);
}

/**
 * Everything before the body: that a request begins, and its parameters. Texts are bytes as latin1. The problem is
 * nginx's, which sends all parameters in one record.
 */
export function encodeFastcgiHead(
  parameters: readonly (readonly [name: string, value: string])[],
  keepConnection: boolean,
): string | { readonly problem: string } {
  const begin = `\0${String.fromCharCode(RESPONDER, keepConnection ? KEEP_CONNECTION : 0)}\0\0\0\0\0`;
  let pairs = '';
  for (const [name, value] of parameters) pairs += pairLength(name.length) + pairLength(value.length) + name + value;
  if (pairs.length > 65_535) return { problem: `fastcgi request record is too big: ${pairs.length}` };
  const end = '\0'.repeat(padding(pairs.length)) + recordHead(PARAMS, 0);
  return recordHead(BEGIN_REQUEST, begin.length) + begin + recordHead(PARAMS, pairs.length) + pairs + end;
}

/** One byte up to 127, four beyond. */
function pairLength(length: number): string {
  if (length < 128) return String.fromCharCode(length);
  return String.fromCharCode((length >>> 24) | 128, (length >> 16) & 255, (length >> 8) & 255, length & 255);
}

const ZEROS = Buffer.alloc(8);

/** How a body goes out: pieces in records, and an empty one at the end. */
export const fastcgiFraming = {
  wrap(bytes: Buffer): Buffer {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += MOST) {
      const piece = bytes.subarray(at, at + MOST);
      pieces.push(Buffer.from(recordHead(STDIN, piece.length), 'latin1'), piece);
      pieces.push(ZEROS.subarray(0, padding(piece.length)));
    }
    return Buffer.concat(pieces);
  },
  end: Buffer.from(recordHead(STDIN, 0), 'latin1'),
};
