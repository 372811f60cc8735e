import { createHash } from 'node:crypto';
import { load } from 'cheerio';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Difference, LabResult, ObjectiveResult } from '../../result.ts';
import { mixed, notStarted } from '../../testing/fake-result.ts';
import { madeUpResult } from '../../testing/made-up-results.ts';
import { html } from './index.ts';
import { markup } from './markup.ts';

const elements = new Set(
  `html head meta title style body main section header h1 h2 h3 p strong b i s span code pre div details summary mark figure
  figcaption time a svg rect path line text tspan`.split(/\s+/),
);
const attributes = new Set(
  `lang charset name content http-equiv class href rel open datetime tabindex role aria-label aria-hidden viewBox viewbox width height
  x y x1 x2 y1 y2 rx d stroke-width text-anchor font-size font-weight preserveAspectRatio`.split(/\s+/),
);

interface Tag {
  readonly name: string;
  readonly attribs: Readonly<Record<string, string>>;
}

/** Everything in the page as a browser reads it (cheerio parses by the HTML standard). */
function foreign(page: string): string[] {
  const all = load(page)('*').toArray() as unknown as Tag[];
  return all.flatMap((element) => [
    ...(elements.has(element.name) ? [] : [`<${element.name}>`]),
    ...Object.entries(element.attribs)
      .filter(([name, value]) => !attributes.has(name) || (name === 'href' && !/^https:\/\/nginx\.org\//.test(value)))
      .map(([name, value]) => `${name}="${value}"`),
  ]);
}

describe('what came from outside', () => {
  test('never becomes an element, an attribute or an address, whatever it is and wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(madeUpResult, { minLength: 1, maxLength: 2 }), (results) => {
        expect(foreign(html(results))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a path', { reproduce: ['curl /<script>x</script>'] }],
    ['a header', { exchanges: [{ request: 'GET /', response: 'HTTP/1.1 200\nX: <script>x</script>' }] }],
    ['a body', { exchanges: [{ request: 'GET /', response: 'HTTP/1.1 200\n\n</pre><script>x</script>' }] }],
    ['an address', { manual: 'javascript:alert(1)' }],
    [
      'an instance',
      { traffic: { requests: 1, answers: [], arrivals: [{ application: '<script>', address: '"', requests: 1 }] } },
    ],
    ['a configuration', { blame: { file: '"><script>', line: 1, text: '<script>' } }],
  ] satisfies [string, Partial<ObjectiveResult>][])('is shown and not obeyed in %s', (_where, facts) => {
    const objective = { ...mixed.objectives[1]!, ...facts };
    expect(foreign(html([{ ...mixed, objectives: [objective] }]))).toEqual([]);
  });

  test('loses nothing by it', () => {
    const $ = load(html([mixed]));
    expect($('.received').first().text()).toContain('one got 600, <b>the other</b> 300 & "more", 100%\\x1b[31m');
  });
});

test('a template escapes all that is not markup itself', () => {
  expect(`${markup`<p title="${'"a"'}">${['<', markup`<b>${1}</b>`, false, undefined]}</p>`}`).toBe(
    '<p title="&quot;a&quot;">&lt;<b>1</b></p>',
  );
});

test('a page may load nothing but its own style sheet', () => {
  const $ = load(html([mixed]));
  const digest = createHash('sha256').update($('style').text()).digest('base64');
  expect($('meta[http-equiv="Content-Security-Policy"]').attr('content')).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
  );
  expect($('style').text()).not.toMatch(/url\(|@import/);
});

describe('a failed objective', () => {
  const page = (facts: Partial<ObjectiveResult>) => {
    const objective = { ...mixed.objectives[1]!, ...facts };
    return load(html([{ ...mixed, objectives: [objective] } satisfies LabResult]));
  };
  const response = 'HTTP/1.1 404\nExpires: never\n\n<h1>lost</h1>';
  const wire = (difference: Difference) => page({ exchanges: [{ request: 'GET / HTTP/1.1', response }], difference });

  test('is open, and one that passed is not', () => {
    const $ = load(html([mixed]));
    expect($('details.objective[open] > summary .mark.failed').length).toBe(2);
    expect($('details.objective[open] > summary .mark.passed').length).toBe(0);
  });

  test('marks the status, the header or the body that differs, and says what was due', () => {
    expect(wire({ part: 'status', expected: '200', received: '404' })('mark.bad').text()).toBe('HTTP/1.1 404');
    const header = wire({ part: 'header', name: 'expires', expected: '0', received: 'never' });
    expect(header('mark.bad').text()).toBe('Expires: never');
    expect(header('mark.good').text()).toBe('expires: 0');
    const missing = wire({ part: 'header', name: 'Location', expected: '/x' });
    expect(missing('mark.bad').length).toBe(0);
    expect(missing('mark.good').text()).toBe('Location: /x');
    const body = wire({ part: 'body', at: 4, expected: '<h1>found</h1>', received: '<h1>lost</h1>' });
    expect(body('mark.bad').text()).toBe('lost</h1>');
    expect(body('mark.good').text()).toBe('found</h1>');
  });

  test('marks what the server changed in a request on its way to the application, and what it left out', () => {
    const $ = page({
      exchanges: [{ request: 'GET /a HTTP/1.1\r\nHost: catalog.test\r\nAccept: */*', response }],
      arrived: [{ application: 'catalog', request: 'GET /a HTTP/1.1\nHost: 127.0.0.1:8080' }],
    });
    expect($('mark.changed').text()).toBe('Host: 127.0.0.1:8080');
    expect($('s').text()).toBe('Accept: */*');
  });

  test('draws a bar an instance, as long as its share', () => {
    const arrivals = [300, 100].map((requests, i) => ({ application: `catalog-${i}`, address: '', requests }));
    const $ = page({ traffic: { requests: 400, answers: [{ status: 200, count: 400 }], arrivals } });
    const widths = $('figure rect.fill')
      .toArray()
      .map((bar) => Number(bar.attribs.width));
    expect(widths[0]! / widths[1]!).toBeCloseTo(3);
    expect($('.pictures svg').last().attr('aria-label')).toContain('catalog-0 300, catalog-1 100');
  });

  test('draws who talked to whom, and says it in words for those who do not see it', () => {
    const $ = page({
      traffic: {
        requests: 5,
        answers: [
          { status: 200, count: 3 },
          { status: 0, count: 2 },
        ],
        arrivals: [{ application: 'catalog', address: '127.0.0.1:8080', requests: 3 }],
      },
    });
    const label = $('svg[role="img"]').first().attr('aria-label');
    expect(label).toBe('The grader sent 5 requests to your server; answers: 3 × 200, 2 × no answer; catalog got 3');
  });

  test('shows the line to blame among its neighbours', () => {
    const context = { first: 3, lines: ['a;', 'b;', 'c;'] };
    const $ = page({ blame: { file: 'default.conf', line: 4, text: 'b;', context } });
    expect($('pre.numbered > span').length).toBe(3);
    expect($('pre.numbered .blamed').text()).toBe('4b; (this line)');
  });
});

test('a server that did not start says why, in the place of its configuration', () => {
  const $ = load(html([notStarted]));
  expect($('h2').first().text()).toBe('The server did not start');
  expect($('.cause').first().text()).toContain('Line 11 has no semicolon at its end');
  expect($('.blamed').text()).toContain('index  index.html;');
});
