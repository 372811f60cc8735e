const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ROUNDS = 16;
/** Words that Blowfish starts with: its P array of 18, and four S boxes of 256. */
const P_WORDS = 18;
const WORDS = P_WORDS + 4 * 256;
const TEXT = Buffer.from('OrpheanBeholderScryDoubt');

let start: Uint32Array | undefined;

/** Niels Provos' bcrypt, `$2a$`, `$2b$` and `$2y$`, as `htpasswd -B` makes it. `undefined` when the entry is malformed. */
export function bcrypt(password: Buffer, entry: string): string | undefined {
  const match = /^(\$2[aby]\$(\d\d)\$)([./A-Za-z0-9]{22})/.exec(entry);
  const cost = Number(match?.[2]);
  if (match === null || cost < 4 || cost > 31) return undefined;
  const salt = decode(match[3]!);
  const key = Buffer.concat([password.subarray(0, 72), Buffer.alloc(1)]);
  start ??= piWords();
  const cipher = new Blowfish(start);
  cipher.expand(key, salt);
  for (let left = 2 ** cost; left > 0; left--) {
    cipher.expand(key, undefined);
    cipher.expand(salt, undefined);
  }
  const words = Uint32Array.from({ length: 6 }, (_, i) => TEXT.readUInt32BE(i * 4));
  for (let i = 0; i < words.length; i += 2) for (let round = 0; round < 64; round++) cipher.encrypt(words, i);
  const bytes = Buffer.alloc(24);
  words.forEach((word, i) => void bytes.writeUInt32BE(word, i * 4));
  return match[1]! + encode(salt).slice(0, 22) + encode(bytes.subarray(0, 23));
}

class Blowfish {
  readonly #words: Uint32Array;
  readonly #block = new Uint32Array(2);

  constructor(words: Uint32Array) {
    this.#words = Uint32Array.from(words);
  }

  /** Mixes a key in, and, with the salt, encrypts its own tables. */
  expand(key: Buffer, salt: Buffer | undefined): void {
    const words = this.#words;
    const block = this.#block;
    for (let i = 0, at = 0; i < P_WORDS; i++, at += 4) words[i]! ^= wordAt(key, at);
    block.fill(0);
    for (let i = 0; i < WORDS; i += 2) {
      if (salt !== undefined) {
        block[0]! ^= wordAt(salt, i * 4);
        block[1]! ^= wordAt(salt, i * 4 + 4);
      }
      this.encrypt(block, 0);
      words[i] = block[0]!;
      words[i + 1] = block[1]!;
    }
  }

  encrypt(block: Uint32Array, at: number): void {
    const words = this.#words;
    let left = block[at]! ^ words[0]!;
    let right = block[at + 1]!;
    for (let round = 1; round <= ROUNDS; round += 2) {
      right ^= mix(words, left) ^ words[round]!;
      left ^= mix(words, right) ^ words[round + 1]!;
    }
    block[at] = right ^ words[P_WORDS - 1]!;
    block[at + 1] = left;
  }
}

function mix(words: Uint32Array, word: number): number {
  const sum = words[P_WORDS + (word >>> 24)]! + words[P_WORDS + 256 + ((word >>> 16) & 255)]!;
  return ((sum ^ words[P_WORDS + 512 + ((word >>> 8) & 255)]!) + words[P_WORDS + 768 + (word & 255)]!) | 0;
}

/** Four bytes from a place on, the buffer taken as endless. */
function wordAt(bytes: Buffer, at: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = (word << 8) | bytes[(at + i) % bytes.length]!;
  return word;
}

/** Blowfish's tables are the digits of pi after the point: computed here rather than listed. Machin's formula. */
function piWords(): Uint32Array {
  const spare = 64n;
  const one = 1n << (BigInt(WORDS * 32) + spare);
  const arctangent = (inverse: bigint): bigint => {
    let power = one / inverse;
    let sum = power;
    for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
      power /= inverse * inverse;
      sum += (sign * power) / n;
    }
    return sum;
  };
  const pi = 4n * (4n * arctangent(5n) - arctangent(239n));
  const digits = ((pi - 3n * one) >> spare).toString(16).padStart(WORDS * 8, '0');
  return Uint32Array.from({ length: WORDS }, (_, i) => Number.parseInt(digits.slice(i * 8, i * 8 + 8), 16));
}

function decode(text: string): Buffer {
  let bits = '';
  for (const character of text) bits += ALPHABET.indexOf(character).toString(2).padStart(6, '0');
  return Buffer.from(Array.from({ length: 16 }, (_, i) => Number.parseInt(bits.slice(i * 8, i * 8 + 8), 2)));
}

function encode(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  let text = '';
  for (let at = 0; at < bits.length; at += 6) {
    text += ALPHABET[Number.parseInt(bits.slice(at, at + 6).padEnd(6, '0'), 2)];
  }
  return text;
}
