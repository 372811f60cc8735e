import type { LabResult, ObjectiveResult } from '../result.ts';

const base: Omit<ObjectiveResult, 'id' | 'title'> = {
  kind: 'core',
  outcome: 'passed',
  points: { earned: 25, possible: 25 },
  hints: ['a nudge', 'the place'],
  reproduce: [],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server',
  exchanges: [],
  durationMs: 12,
};

/** One result with every outcome in it, and with text that a format has to escape. */
export const mixed: LabResult = {
  version: 1,
  lab: 'lab3-upstream',
  title: 'A load balancer',
  target: { kind: 'configuration', engine: 'reference', location: 'workspace/lab3-upstream/conf.d/default.conf' },
  outcome: 'failed',
  score: { earned: 25, possible: 100, stretchEarned: 0, stretchPossible: 20 },
  seed: 7,
  startedAt: '2030-01-02T03:04:05.678Z',
  durationMs: 612,
  startup: {
    ok: true,
    messages: [{ severity: 'warn', text: 'conflicting server name "a"', file: 'default.conf', line: 9 }],
  },
  objectives: [
    { ...base, id: 'lab3.both-backends', title: "Both instances answer one client's requests." },
    {
      ...base,
      id: 'lab3.even-distribution',
      title: 'Each of the two instances gets half of the requests, identical ones and different ones alike.',
      outcome: 'failed',
      points: { earned: 0, possible: 35 },
      expected: 'between 384 and 516 of 900 requests each',
      received: 'one got 600, <b>the other</b> 300 & "more", 100%\u001b[31m',
      why: 'An instance that gets more than its share is the first to break down.',
      because: 'with `weight=2` 127.0.0.1:8081 gets 2 of every 3 requests',
      blame: { file: 'default.conf', line: 4, text: '    server 127.0.0.1:8081 weight=2;' },
      reproduce: ["curl -i -H 'Host: catalog.test' http://127.0.0.1/whoami"],
      exchanges: [
        { request: 'GET /whoami HTTP/1.1\r\nHost: catalog.test', response: 'HTTP/1.1 200\nContent-Type: a\n\n{}' },
      ],
    },
    {
      ...base,
      id: 'lab3.keeps-working',
      title: 'With either instance stopped, every request still succeeds.',
      outcome: 'skipped',
      points: { earned: 0, possible: 40 },
      because: 'needs lab3.even-distribution, which failed',
    },
    {
      ...base,
      id: 'lab3.keepalive',
      title: 'The balancer uses its connections again.',
      kind: 'stretch',
      outcome: 'failed',
      points: { earned: 0, possible: 20 },
      expected: 'at most 30 connections',
      received: '60 connections',
      why: 'Each new connection costs a round trip.',
    },
  ],
};

/** A result whose server did not start. */
export const notStarted: LabResult = {
  ...mixed,
  score: { earned: 0, possible: 100, stretchEarned: 0, stretchPossible: 20 },
  startup: {
    ok: false,
    messages: [
      {
        severity: 'emerg',
        text: 'invalid number of arguments in "root" directive',
        file: 'default.conf',
        line: 12,
        source: 'index  index.html;',
        advice: 'Line 11 has no semicolon at its end: "root /usr/share/nginx/html"',
      },
    ],
  },
  objectives: mixed.objectives.map((objective) => ({
    ...objective,
    outcome: 'skipped',
    points: { earned: 0, possible: objective.points.possible },
  })),
};
