const RECORD = { header: 5, handshake: 22 } as const;
const CLIENT_HELLO = 1;
/** Bytes of the message before its first list: its own head, the version, the random value. */
const FIXED = 4 + 2 + 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;

/**
 * The name that a TLS client asks for: '' when it asks for none, or what came is no handshake; `undefined` while its first
 * message isn't all there. Sources: RFC 8446, 4.1.2 and 5.1; RFC 6066, 3.
 */
export function serverNameOf(bytes: Buffer): string | undefined {
  const message = messageOf(bytes);
  if (message === undefined) return undefined;
  try {
    return nameIn(message);
  } catch (error) {
    // A length that leads beyond the end: OpenSSL finds the words for it.
    if (error instanceof RangeError) return '';
    throw error;
  }
}

/** The first message, put together from its records. */
function messageOf(bytes: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  let have = 0;
  let wanted = 0;
  for (let at = 0; at + RECORD.header <= bytes.length; ) {
    if (bytes[at] !== RECORD.handshake) return Buffer.alloc(0);
    const end = at + RECORD.header + bytes.readUInt16BE(at + 3);
    if (end > bytes.length) return undefined;
    pieces.push(bytes.subarray(at + RECORD.header, end));
    have += end - at - RECORD.header;
    if (wanted === 0 && have >= 4) wanted = 4 + Buffer.concat(pieces).readUIntBE(1, 3);
    if (wanted > 0 && have >= wanted) return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    at = end;
  }
  return undefined;
}

function nameIn(message: Buffer): string {
  if (message[0] !== CLIENT_HELLO) return '';
  let at = FIXED;
  at += 1 + message.readUInt8(at);
  at += 2 + message.readUInt16BE(at);
  at += 1 + message.readUInt8(at);
  const end = Math.min(message.length, at + 2 + message.readUInt16BE(at));
  for (at += 2; at + 4 <= end; ) {
    const length = message.readUInt16BE(at + 2);
    if (message.readUInt16BE(at) === SERVER_NAME) {
      if (message.readUInt8(at + 6) !== HOST_NAME) return '';
      return message.toString('latin1', at + 9, at + 9 + message.readUInt16BE(at + 7));
    }
    at += 4 + length;
  }
  return '';
}
