import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { CLOSE, readFrame, TEXT, writeFrame } from '../../labs/catalog-app/index.ts';

/** The headers by which a client asks for a WebSocket (RFC 6455, section 4.1). */
export function upgradeHeaders(): Record<string, string> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
  };
}

/** Sends one message after the other, each when the one before is answered; stops at the first that gets no answer in `timeLimit` ms. */
export async function converse(
  socket: Socket,
  messages: readonly string[],
  timeLimit: number,
): Promise<readonly string[]> {
  let bytes = Buffer.alloc(0);
  const answers: string[] = [];
  for (const message of messages) {
    const answer = await new Promise<string | undefined>((resolve) => {
      const finish = (text: string | undefined) => {
        clearTimeout(timer);
        socket.off('data', take).off('close', end).off('end', end);
        resolve(text);
      };
      const end = () => finish(undefined);
      const take = (more: Buffer) => {
        bytes = Buffer.concat([bytes, more]);
        try {
          const frame = readFrame(bytes);
          if (frame === undefined) return;
          bytes = bytes.subarray(frame.length);
          finish(frame.opcode === TEXT ? frame.payload.toString() : undefined);
        } catch {
          end();
        }
      };
      const timer = setTimeout(end, timeLimit);
      socket.on('data', take).on('close', end).on('end', end);
      socket.write(writeFrame(TEXT, Buffer.from(message), { masked: true }));
    });
    if (answer === undefined) break;
    answers.push(answer);
  }
  socket.end(writeFrame(CLOSE, Buffer.alloc(0), { masked: true }));
  return answers;
}
