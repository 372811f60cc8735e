/** What is known of a cached answer besides its bytes. Times in whole seconds since 1970, 0 or less for "not set". */
export interface EntryFacts {
  /** Fresh until then. */
  validSec: number;
  /** How long after that it may be served while it is being updated, and when the upstream fails (RFC 5861). */
  updatingSec: number;
  errorSec: number;
  /** When it was stored or last found unchanged. */
  date: number;
  /** Of the upstream's `Last-Modified`; -1 when there was none. */
  lastModified: number;
  etag: string;
  /** The `Vary` that the answer came with, and the key that the headers it names had made. */
  vary: string;
  variant: string;
}

/** A cached answer as it lies in its file: the facts, the key, the head as the upstream sent it, and then the body. */
export interface EntryHead {
  readonly facts: EntryFacts;
  readonly key: string;
  /** The upstream's status line and headers, latin1, with the empty line. */
  readonly head: string;
  readonly bodyLength: number;
  /** Where the body begins. */
  readonly bodyStart: number;
}

const MAGIC = 0x4e474331;
const NUMERIC = ['validSec', 'updatingSec', 'errorSec', 'date', 'lastModified'] as const;
/** Those, and the length of the body. */
const NUMBERS = NUMERIC.length + 1;
/** Key, `Vary`, variant, `ETag`, head. */
const TEXTS = 5;
/** Where the numbers lie: behind the magic word and the lengths of the texts. Bytes from the start of the file. */
export const numbersAt = 4 + TEXTS * 4;
const FIXED = numbersAt + NUMBERS * 8;

/** The bytes before the body. `bodyLength` is known only when the body has been written: `encodeNumbers` puts it in. */
export function encodeEntryHead(key: string, facts: EntryFacts, head: string, bodyLength: number): Buffer {
  const texts = [key, facts.vary, facts.variant, facts.etag, head];
  const bytes = Buffer.allocUnsafe(FIXED + texts.reduce((sum, text) => sum + text.length, 0));
  let at = bytes.writeUInt32BE(MAGIC, 0);
  for (const text of texts) at = bytes.writeUInt32BE(text.length, at);
  at += encodeNumbers(facts, bodyLength).copy(bytes, at);
  for (const text of texts) at += bytes.write(text, at, 'latin1');
  return bytes;
}

/** The six numbers, which lie at `numbersAt` and are written anew when the body is complete or an answer was found unchanged. */
export function encodeNumbers(facts: EntryFacts, bodyLength: number): Buffer {
  const bytes = Buffer.allocUnsafe(NUMBERS * 8);
  let at = 0;
  for (const key of NUMERIC) at = bytes.writeDoubleBE(facts[key], at);
  bytes.writeDoubleBE(bodyLength, at);
  return bytes;
}

/** Reads the bytes before the body from the beginning of a file of `size` bytes; `undefined` when they are not (wholly) there, or aren't such a file. */
export function decodeEntryHead(bytes: Buffer, size: number): EntryHead | undefined {
  if (bytes.length < FIXED || bytes.readUInt32BE(0) !== MAGIC) return undefined;
  const number = (index: number): number => bytes.readDoubleBE(numbersAt + index * 8);
  const texts: string[] = [];
  let at = FIXED;
  for (let i = 0; i < TEXTS; i++) {
    const end = at + bytes.readUInt32BE(4 + i * 4);
    if (end > bytes.length) return undefined;
    texts.push(bytes.toString('latin1', at, end));
    at = end;
  }
  const bodyLength = number(NUMBERS - 1);
  // A file that was cut short, by a full disk or a crash of the machine.
  if (at + bodyLength !== size) return undefined;
  const [key, vary, variant, etag, head] = texts as [string, string, string, string, string];
  const facts = {
    validSec: number(0),
    updatingSec: number(1),
    errorSec: number(2),
    date: number(3),
    lastModified: number(4),
    etag,
    vary,
    variant,
  };
  return { facts, key, head, bodyLength, bodyStart: at };
}
