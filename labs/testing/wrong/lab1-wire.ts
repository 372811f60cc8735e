// fails: lab1.answers
// ways: http-1.0, length-too-long, chunked-garbage, no-answer, closes-early, not-http, two-lengths, bare-status
// Answers that are no complete HTTP/1.1 response, each in another way.
import { page, serve } from '../gateway.ts';

const raw: Readonly<Record<string, (text: string) => string>> = {
  'http-1.0': (text) => `HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n${text}`,
  'length-too-long': (text) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length + 9}\r\n\r\n${text}`,
  'chunked-garbage': (text) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}`,
  'no-answer': () => '',
  'closes-early': (text) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text.slice(0, 99)}`,
  'not-http': (text) => text,
  'two-lengths': (text) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\nContent-Length: 3\r\n\r\n${text}`,
  'bare-status': () => '200 OK\r\n\r\n',
};

serve(async (asked) => ({ status: 0, raw: raw[process.argv[2]!]!(String((await page(asked)).body)) }));
