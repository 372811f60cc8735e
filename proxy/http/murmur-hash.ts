const MULTIPLIER = 0x5bd1e995;

/** MurmurHash2 of some bytes, 32 bits, with the seed 0. Source: ngx_murmur_hash2. */
export function murmurHash2(bytes: Buffer): number {
  let hash = bytes.length;
  let at = 0;
  for (; bytes.length - at >= 4; at += 4) {
    let word = Math.imul(bytes.readUInt32LE(at), MULTIPLIER);
    word ^= word >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  const rest = bytes.length - at;
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) hash ^= bytes[at + i]! << (8 * i);
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return (hash ^ (hash >>> 15)) >>> 0;
}
