/** Turns the bytes of one charset into those of another; keeps a character that is cut off for the next piece. */
export type Recoder = (chunk: Buffer, last: boolean) => Buffer;

/** One `charset_map`, read: makes recoders for both directions. Source: ngx_http_charset_map_block. */
export interface CharsetMap {
  forward(): Recoder;
  backward(): Recoder;
}

const UNKNOWN = 0x3f;

/** Between two charsets of a byte a character. Pairs of bytes; what no pair names is itself below 128, `?` above. */
export function singleByteMap(pairs: readonly (readonly [from: number, to: number])[]): CharsetMap {
  const table = (): Buffer => Buffer.from(Array.from({ length: 256 }, (_, byte) => (byte < 128 ? byte : UNKNOWN)));
  const [there, back] = [table(), table()];
  for (const [from, to] of pairs) {
    there[from] = to;
    back[to] = from;
  }
  const recoder = (by: Buffer) => (): Recoder => (chunk) => Buffer.from(Array.from(chunk, (byte) => by[byte]!));
  return { forward: recoder(there), backward: recoder(back) };
}

/** From a charset of a byte a character to UTF-8. Pairs of a byte and the bytes of its character. */
export function utf8Map(pairs: readonly (readonly [from: number, to: Buffer])[]): CharsetMap {
  const there: Buffer[] = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte < 128 ? byte : UNKNOWN]));
  const back = new Map<number, number>();
  for (const [from, to] of pairs) {
    there[from] = to;
    const code = to.toString('utf8').codePointAt(0);
    if (code !== undefined) back.set(code, from);
  }
  return {
    forward: () => (chunk) => Buffer.concat(Array.from(chunk, (byte) => there[byte]!)),
    backward: () => fromUtf8(back),
  };
}

/** Characters that the charset doesn't have become `&#NNN;`, bytes that are no character `?`. */
function fromUtf8(table: ReadonlyMap<number, number>): Recoder {
  let held: Buffer = Buffer.alloc(0);
  return (chunk, last) => {
    const bytes = Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    const out: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = lengthOf(bytes[at]!);
      if (length > 1 && at + length > bytes.length && !last) {
        held = bytes.subarray(at);
        break;
      }
      const text = bytes.toString('utf8', at, at + length);
      const code = text.codePointAt(0)!;
      const whole = length > 0 && [...text].length === 1 && code !== 0xfffd;
      const known = code < 128 ? code : table.get(code);
      if (!whole) out.push('?');
      else out.push(known === undefined ? `&#${code};` : String.fromCharCode(known));
      at += whole ? length : 1;
    }
    return Buffer.from(out.join(''), 'latin1');
  };
}

/** Bytes of the character that begins so; 0 when none does. */
function lengthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte >= 0xf0 && byte < 0xf8) return 4;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  return byte >= 0xc0 && byte < 0xe0 ? 2 : 0;
}
