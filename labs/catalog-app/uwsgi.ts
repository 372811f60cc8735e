import type { GatewayRequest } from './gateway-request.ts';

/** Bytes of parameters that uWSGI takes, unless its `buffer-size` says otherwise. */
const most = 4096;

/**
 * Reads a uwsgi request from the bytes that have come; `undefined` while it isn't complete. The protocol doesn't say
 * where a body ends: that is CONTENT_LENGTH's. Throws where uWSGI hangs up: too many parameters, which is what the
 * first bytes of HTTP look like, or another language's. Source: https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html
 */
export function readUwsgi(bytes: Buffer): GatewayRequest | undefined {
  if (bytes.length < 4) return undefined;
  const size = bytes.readUInt16LE(1);
  if (size > most) throw new Error(`invalid request block size: ${size} (max ${most})`);
  if (bytes[0] !== 0) throw new Error(`unavailable modifier requested: ${bytes[0]}`);
  const end = 4 + size;
  if (bytes.length < end) return undefined;
  const parameters = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const length = at + 2 <= end ? bytes.readUInt16LE(at) : 0;
    const start = at + 2;
    at = start + length;
    return bytes.toString('latin1', start, Math.min(at, end));
  };
  while (at < end) parameters.set(text(), text());
  const length = end + (Number(parameters.get('CONTENT_LENGTH')) || 0);
  if (bytes.length < length) return undefined;
  return { parameters, body: bytes.subarray(end, length), length, keep: false, id: 0 };
}
