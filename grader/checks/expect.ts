import type { Expect, Response } from '../lab.ts';
import { bodyDifference, firstDifference, headerDifference, statusDifference } from './difference.ts';
import { NotMet } from './not-met.ts';

/** An Expect that counts, so that the runner can tell a check that checked nothing. */
export type CountingExpect = Expect & { count(): number };

/** Makes the expectations of one objective. */
export function createExpect(): CountingExpect {
  let count = 0;
  const expect: Expect = Object.assign(
    (
      condition: boolean,
      expected: string,
      received: string,
      evidence: ConstructorParameters<typeof NotMet>[2] = [],
    ) => {
      count++;
      if (!condition) throw new NotMet(expected, received, evidence);
    },
    {
      status(response: Response, ...allowed: number[]) {
        count++;
        if (allowed.includes(response.status)) return;
        throw new NotMet(
          `status ${oneOf(allowed)} for ${asked(response)}`,
          describeStatus(response),
          [response],
          statusDifference(response, oneOf(allowed)),
        );
      },
      header(response: Response, name: string, expected: string | RegExp) {
        count++;
        requireAnswer(response, `header ${name}`);
        const value = response.headers[name.toLowerCase()];
        if (value !== undefined && (typeof expected === 'string' ? value === expected : expected.test(value))) return;
        const wanted = typeof expected === 'string' ? `\`${name}: ${expected}\`` : `\`${name}\` matching ${expected}`;
        const got =
          value === undefined ? `status ${response.status} without ${name}` : `\`${name}: ${shorten(value)}\``;
        throw new NotMet(
          `header ${wanted} for ${asked(response)}`,
          got,
          [response],
          headerDifference(name, String(expected), value),
        );
      },
      noHeader(response: Response, name: string) {
        count++;
        requireAnswer(response, `an answer without header ${name}`);
        const value = response.headers[name.toLowerCase()];
        if (value === undefined) return;
        throw new NotMet(
          `no header \`${name}\` for ${asked(response)}`,
          `\`${name}: ${shorten(value)}\``,
          [response],
          headerDifference(name, undefined, value),
        );
      },
      body(response: Response, expected: string | Uint8Array | RegExp) {
        count++;
        requireAnswer(response, 'a body');
        if (expected instanceof RegExp) {
          if (expected.test(response.text)) return;
          throw new NotMet(`a body matching ${expected} for ${asked(response)}`, describeBody(response), [response]);
        }
        const wanted = Buffer.from(expected);
        if (wanted.equals(response.body)) return;
        const said = typeof expected === 'string' ? quote(expected) : `exactly the ${wanted.length} bytes of the file`;
        throw new NotMet(
          `the body ${said} for ${asked(response)}`,
          describeBody(response, wanted),
          [response],
          looksLikeText(wanted) && looksLikeText(response.body) ? bodyDifference(response.body, wanted) : undefined,
        );
      },
    },
  ) as Expect;
  return Object.assign(expect, { count: () => count });
}

function requireAnswer(response: Response, expected: string): void {
  if (response.status !== 0) return;
  throw new NotMet(`${expected} for ${asked(response)}`, describeStatus(response), [response]);
}

/** `GET /discover?type=tv` */
function asked(response: Response): string {
  return `${response.request.method} ${shorten(response.request.path)}`;
}

/** What came, in a few words: `status 502` or `no answer: connection refused`. */
export function describeStatus(response: Response): string {
  if (response.status === 0) return `no answer: ${response.failure ?? 'the connection was closed'}`;
  const location = response.headers.location;
  return location === undefined
    ? `status ${response.status}`
    : `status ${response.status} with \`Location: ${shorten(location)}\``;
}

/** The answer's body in one line, and where it departs from the one that was due. */
export function describeBody(response: Response, wanted?: Uint8Array): string {
  const { body } = response;
  const status = `status ${response.status}`;
  if (body.length === 0) return `${status} with an empty body`;
  const said = looksLikeText(body)
    ? quote(response.text)
    : `${body.length} bytes of ${response.headers['content-type'] ?? 'unnamed type'}`;
  if (wanted === undefined || wanted.length === 0) return `${status} with ${said}`;
  const same = body.length === wanted.length;
  const at = firstDifference(body, wanted);
  return `${status} with ${said} (${same ? 'as long' : `${body.length} bytes`}, different from byte ${at} on)`;
}

function looksLikeText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 512).some((byte) => byte < 9 || (byte > 13 && byte < 32));
}

function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

function shorten(text: string, limit = 160): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

function oneOf(values: readonly number[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
