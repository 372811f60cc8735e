export const CRYPT_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes at these places of `digest`, three at a time, six bits a character with the lowest first, as crypt(3) writes them. */
export function crypt64(digest: Buffer, order: readonly (readonly number[])[]): string {
  let text = '';
  for (const places of order) {
    let value = 0;
    for (const place of places) value = (value << 8) | digest[place]!;
    const length = places.length + 1;
    for (let i = 0; i < length; i++) {
      text += CRYPT_ALPHABET[value & 63];
      value >>>= 6;
    }
  }
  return text;
}
