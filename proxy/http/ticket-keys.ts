import { readFileSync } from 'node:fs';
import { ConfigError, failedCall, systemPath } from '../config/index.ts';
import { onDemand } from './on-demand.ts';

const WITH_AES_128 = 48;
const WITH_AES_256 = 80;

/**
 * The key of `ssl_session_ticket_key` as Node takes it: a name, a key for HMAC, one for AES, of 16 bytes each. nginx's file has
 * the last two the other way round; of a file of 80 bytes, whose keys are longer, a key is made. Throws in nginx's
 * words. Source: ngx_ssl_session_ticket_keys.
 */
export function readTicketKeys(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(systemPath(file));
  } catch (error) {
    throw new ConfigError(failedCall('open', file, error));
  }
  if (bytes.length === WITH_AES_128) {
    return Buffer.concat([bytes.subarray(0, 16), bytes.subarray(32, 48), bytes.subarray(16, 32)]);
  }
  if (bytes.length !== WITH_AES_256) throw new ConfigError(`"${file}" must be 48 or 80 bytes`);
  return onDemand.crypto.createHash('sha384').update(bytes).digest();
}
