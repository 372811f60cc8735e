import { describe, expect, test } from 'vitest';
import type { Response } from '../lab.ts';
import { createRandom } from '../random.ts';
import { createExpect, evenSplit, evenSplitLooks, NotMet, pageTitle, takesTurns } from './index.ts';

function answer(status: number, headers: Record<string, string> = {}, text = ''): Response {
  return {
    status,
    httpVersion: '1.1',
    headers,
    rawHeaders: [],
    body: Buffer.from(text),
    text,
    json: () => JSON.parse(text),
    request: { method: 'GET', path: '/x', url: 'http://catalog.test/x', curl: 'curl', head: '' },
    durationMs: 1,
    sentAt: 0,
    answeredAt: 1,
    ...(status === 0 ? { failure: 'connection refused' } : {}),
  };
}

function failure(run: () => void): NotMet {
  try {
    run();
  } catch (error) {
    if (error instanceof NotMet) return error;
  }
  throw new Error('nothing was found wrong');
}

describe('expectations', () => {
  test('are counted', () => {
    const check = createExpect();
    expect(check.count()).toBe(0);
    check.status(answer(200), 200);
    check(true, 'a', 'b');
    expect(check.count()).toBe(2);
  });

  test('say what was expected and what came', () => {
    const check = createExpect();
    const found = failure(() => check.status(answer(302, { location: '/y' }), 301, 308));
    expect(found.expected).toBe('status 301 or 308 for GET /x');
    expect(found.received).toBe('status 302 with `Location: /y`');
    expect(failure(() => check.header(answer(200), 'Expires', /./)).received).toBe('status 200 without Expires');
    expect(failure(() => check.body(answer(200, {}, 'abd'), 'abc')).received).toBe(
      'status 200 with "abd" (as long, different from byte 2 on)',
    );
    expect(failure(() => check.noHeader(answer(0), 'Expires')).received).toBe('no answer: connection refused');
  });
});

describe('the place of a difference', () => {
  const check = createExpect();
  test('is the status', () => {
    expect(failure(() => check.status(answer(302), 301, 308)).difference).toEqual({
      part: 'status',
      expected: '301 or 308',
      received: '302',
    });
    expect(failure(() => check.status(answer(0), 200)).difference).toEqual({ part: 'status', expected: '200' });
  });

  test('is one header, the wrong one, the missing one, the one too many', () => {
    const name = 'Expires';
    const wrong = answer(200, { expires: 'never' });
    expect(failure(() => check.header(wrong, name, '0')).difference).toEqual({
      part: 'header',
      name,
      expected: '0',
      received: 'never',
    });
    expect(failure(() => check.header(answer(200), name, '0')).difference).toEqual({
      part: 'header',
      name,
      expected: '0',
    });
    expect(failure(() => check.noHeader(wrong, name)).difference).toEqual({ part: 'header', name, received: 'never' });
  });

  test('is a byte of the body, with what is around it on both sides', () => {
    const text = `${'.'.repeat(500)}x${'-'.repeat(500)}`;
    const found = failure(() => check.body(answer(200, {}, text), text.replace('x', 'y'))).difference;
    expect(found).toMatchObject({ part: 'body', at: 500 });
    expect(found?.received).toMatch(/^\.+x-+$/);
    expect(found?.expected).toBe(found?.received?.replace('x', 'y'));
  });
});

describe('an even split', () => {
  const looks = evenSplitLooks;

  test('is never denied to a fair coin’s widest throws, and is decided in the end', () => {
    for (const total of looks) {
      const threeSigma = Math.floor(total / 2 + 2 * Math.sqrt(total));
      expect(evenSplit(threeSigma, total - threeSigma).even).toBe(true);
    }
    const last = looks.at(-1)!;
    for (let first = last / 2; first < last; first++) expect(evenSplit(first, last - first).decided).toBe(true);
  });

  test.each([
    [2 / 3, '2:1'],
    [3 / 5, '3:2'],
    [11 / 20, '55:45'],
    [1, 'one alone'],
  ])('is denied to a share of %f (%s)', (share) => {
    const total = looks.at(-1)!;
    const first = Math.round(total * share);
    expect(evenSplit(first, total - first)).toMatchObject({ even: false, decided: true });
  });

  test('is not decided at 55:45 before enough was seen, nor granted by few', () => {
    expect(evenSplit(247, 203).decided).toBe(false);
    expect(evenSplit(5, 5).decided).toBe(false);
    expect(evenSplit(1045, 855).decided).toBe(false);
    expect(evenSplit(950, 950)).toMatchObject({ even: true, decided: true });
  });

  /** Whether a policy that gives the first instance this share, by chance, passes in the end. */
  function passes(random: ReturnType<typeof createRandom>, percent: number): boolean {
    let [first, sent] = [0, 0];
    const order: boolean[] = [];
    for (const look of looks) {
      for (; sent < look; sent++) {
        order.push(random.integer(100) < percent);
        if (order.at(-1)) first++;
      }
      const { even, decided } = evenSplit(first, sent - first);
      if (!even) return false;
      if (decided || takesTurns(order)) return true;
    }
    return true;
  }

  test('is granted to every random deal of half and half, and to none of 55:45, 45:55 or 3:2', () => {
    const random = createRandom(7);
    const passed = (percent: number) =>
      Array.from({ length: 200 }, () => passes(random, percent)).filter(Boolean).length;
    expect([50, 55, 45, 60].map(passed)).toEqual([200, 0, 0, 0]);
  });
});

describe('taking turns', () => {
  const deal = (length: number, first: (i: number) => boolean) => Array.from({ length }, (_, i) => first(i));

  test('is seen after 128 requests, with a few out of order', () => {
    expect(takesTurns(deal(128, (i) => i % 2 === 0))).toBe(true);
    // Two workers, each with its own turn: AABB.
    expect(takesTurns(deal(128, (i) => i % 4 < 2))).toBe(true);
  });

  test('is not seen in 20 requests, nor in weights, nor in one after the other', () => {
    expect(takesTurns(deal(20, (i) => i % 2 === 0))).toBe(false);
    expect(takesTurns(deal(128, (i) => i % 5 < 3))).toBe(false);
    expect(takesTurns(deal(128, (i) => i % 9 < 5))).toBe(false);
    expect(takesTurns(deal(128, (i) => i < 64))).toBe(false);
    expect(takesTurns([])).toBe(false);
    for (const length of evenSplitLooks) expect(takesTurns(deal(length, (i) => i % 20 < 11))).toBe(false);
  });

  test('is hardly ever seen in a random deal of 55:45', () => {
    const random = createRandom(1);
    const deals = Array.from({ length: 2000 }, () => takesTurns(deal(128, () => random.integer(20) < 11)));
    expect(deals.filter(Boolean)).toHaveLength(0);
  });
});

test('the title of a page is read as a browser would', async () => {
  expect(await pageTitle('<HTML><head><TITLE>\n Welcome to\nnginx! </TITLE>')).toBe('Welcome to nginx!');
  expect(await pageTitle('no page')).toBeUndefined();
});
