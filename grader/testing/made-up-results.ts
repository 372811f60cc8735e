import fc from 'fast-check';
import type { LabResult, ObjectiveResult, Outcome } from '../result.ts';

/** Text as a hostile server or student would make it: markup, separators, formulas, control characters. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    ']]></failure><!--',
    '::error file=x::y%0A',
    '=HYPERLINK("http://x")',
    '@SUM(1,2)',
    "-1+1|cmd' /C calc'!A0",
    'a,b;"c"\r\nd\te',
    '\u001b[31mred\u0000\u0007\ufffe',
    '\ud800 alone \udc00',
    '`x` *y* [z](javascript:alert(1)) $m$ &lt;',
    '\u202eright to left\u2066',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

/** An objective with its points in order: earned exactly when passed; without points only when it was skipped. */
function objective(index: number): fc.Arbitrary<ObjectiveResult> {
  return fc
    .record({
      outcome: fc.constantFrom<Outcome>('passed', 'failed', 'skipped', 'error'),
      kind: fc.constantFrom('core', 'stretch'),
      possible: fc.integer({ min: 1, max: 60 }),
      shown: fc.boolean(),
      text: fc.array(hostileText, { minLength: 7, maxLength: 7 }),
      line: fc.option(fc.integer({ min: 1, max: 99 })),
      durationMs: fc.integer({ min: 0, max: 90_000 }),
    })
    .map(({ outcome, kind, possible, shown, text, line, durationMs }) => {
      const counted = outcome === 'skipped' && !shown ? 0 : possible;
      const [title = '', expected = '', received = '', because = '', reproduce = '', file = '', source = ''] = text;
      const failed = outcome === 'failed';
      return {
        id: `lab3.objective-${index}`,
        title: `Objective ${index} ${title}`,
        kind,
        outcome,
        points: { earned: outcome === 'passed' ? counted : 0, possible: counted },
        ...((failed || outcome === 'error') && { received }),
        ...(failed && { expected, why: because, reproduce: [reproduce] }),
        ...(outcome !== 'passed' && { because }),
        ...(failed &&
          line !== null && { blame: { file, line, text: source, context: { first: line, lines: [source] } } }),
        ...(failed && { difference: { part: 'header', name: title, expected, received } as const }),
        traffic: {
          requests: 3,
          answers: [{ status: 200, count: 3 }],
          arrivals: [{ application: 'catalog', address: '127.0.0.1:8080', requests: 2 }],
        },
        hints: [title, because],
        reproduce: failed ? [reproduce] : [],
        manual: 'https://nginx.org/en/docs/',
        exchanges: failed ? [{ request: `GET /${expected} HTTP/1.1`, response: received }] : [],
        durationMs,
      };
    });
}

/** A whole result whose outcome and score follow from its objectives. */
export const madeUpResult: fc.Arbitrary<LabResult> = fc
  .record({
    objectives: fc
      .integer({ min: 1, max: 6 })
      .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => objective(i)))),
    started: fc.boolean(),
    title: hostileText,
    location: hostileText,
    message: hostileText,
    seed: fc.nat(),
    startedAt: fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
    durationMs: fc.nat({ max: 90_000 }),
  })
  .map(({ objectives: all, started, title, location, message, seed, startedAt, durationMs }) => {
    const objectives = started ? all : all.map((one) => skippedFor(one));
    const sum = (kind: 'core' | 'stretch', which: 'earned' | 'possible'): number =>
      objectives.reduce((total, one) => (one.kind === kind ? total + one.points[which] : total), 0);
    const broken = objectives.some(({ outcome }) => outcome === 'error');
    const missing = objectives.some(({ outcome, kind }) => kind === 'core' && outcome !== 'passed');
    return {
      version: 1,
      lab: 'lab3-upstream',
      title,
      target: { kind: 'configuration', engine: 'reference', location },
      outcome: broken ? 'error' : missing || !started ? 'failed' : 'passed',
      score: {
        earned: sum('core', 'earned'),
        possible: sum('core', 'possible'),
        stretchEarned: sum('stretch', 'earned'),
        stretchPossible: sum('stretch', 'possible'),
      },
      seed,
      startedAt: startedAt.toISOString(),
      durationMs,
      startup: { ok: started, messages: started ? [] : [{ severity: 'emerg', text: message, file: title, line: 3 }] },
      objectives,
    };
  });

function skippedFor(objective: ObjectiveResult): ObjectiveResult {
  const { id, title, kind, points, manual } = objective;
  return {
    id,
    title,
    kind,
    outcome: 'skipped',
    because: 'the server did not start',
    points: { earned: 0, possible: points.possible },
    hints: [],
    reproduce: [],
    manual,
    exchanges: [],
    durationMs: 0,
  };
}
