import type { Response } from '../lab.ts';
import type { Difference } from '../result.ts';

/** Characters of a body that are shown on either side of the first difference. */
const around = 60;

export function statusDifference(response: Response, expected: string): Difference {
  return { part: 'status', expected, ...(response.status !== 0 && { received: String(response.status) }) };
}

export function headerDifference(name: string, expected: string | undefined, received: string | undefined): Difference {
  return {
    part: 'header',
    name,
    ...(expected !== undefined && { expected: cut(expected) }),
    ...(received !== undefined && { received: cut(received) }),
  };
}

/** The bytes from which on a body isn't the one that was due, each side with what comes before and after. */
export function bodyDifference(body: Uint8Array, expected: Uint8Array): Difference {
  const at = firstDifference(body, expected);
  const excerpt = (bytes: Uint8Array): string =>
    Buffer.from(bytes.subarray(Math.max(0, at - around), at + around)).toString();
  return { part: 'body', at, expected: excerpt(expected), received: excerpt(body) };
}

/** The index of the first byte that differs; the shorter length when one begins with the other. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a[i] !== b[i]) return i;
  return end;
}

function cut(text: string): string {
  return text.slice(0, 300);
}
