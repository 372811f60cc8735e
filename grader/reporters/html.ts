import type { LabResult, ObjectiveResult } from '../result.ts';
import { describeDuration, describeScore, describeTarget, labHeading } from './words.ts';

const style = `
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --soft: #6e7781; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } .soft { color: var(--soft); } .passed { color: var(--good); } .failed { color: var(--bad); }
.bar { height: .6rem; background: var(--line); border-radius: .3rem; overflow: hidden; margin: 1rem 0; }
.bar div { height: 100%; background: var(--good); }
details { border-bottom: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; }
summary .points { float: right; color: var(--soft); }
dt { color: var(--soft); } dd { margin: 0 0 .6rem; } pre { background: #8881; padding: .6rem; overflow: auto; border-radius: .3rem; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --soft: #8b949e; } }
`;

/** One page that needs no network: a section a result, the failed objectives open. */
export function html(results: readonly LabResult[]): string {
  const title = results.length === 1 && results[0] !== undefined ? labHeading(results[0]) : 'Labs';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${results.map(section).join('\n')}
</body>
</html>
`;
}

function section(result: LabResult): string {
  const { earned, possible } = result.score;
  const share = possible === 0 ? 0 : Math.round((earned / possible) * 100);
  const verdict = { passed: 'passed', failed: 'not yet', error: 'not graded' }[result.outcome];
  const messages = result.startup.messages.map(
    ({ file, line, severity, text }) => `${file === undefined ? '' : `${file}:${line ?? 1} `}[${severity}] ${text}`,
  );
  return `<section>
<h1>${escapeHtml(labHeading(result))}</h1>
<p class="soft">${escapeHtml(describeTarget(result))}, ${escapeHtml(result.startedAt)}, ${describeDuration(result.durationMs)}</p>
<div class="bar"><div style="width:${share}%"></div></div>
<p><strong>${escapeHtml(describeScore(result))}</strong> <span class="${result.outcome}">${verdict}</span></p>
${messages.length === 0 ? '' : `<pre>${escapeHtml(messages.join('\n'))}</pre>`}
${result.objectives.map(objectiveDetails).join('\n')}
</section>`;
}

function objectiveDetails(objective: ObjectiveResult): string {
  const { outcome, points, blame } = objective;
  const mark = { passed: '✓', failed: '✗', skipped: '–', error: '!' }[outcome];
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['Expected', objective.expected],
    ['Received', objective.received],
    ['Because', objective.because],
    ['Why', objective.why],
  ];
  const list = entries.flatMap(([name, text]) =>
    text === undefined ? [] : [`<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`],
  );
  const place = blame && `<p>${escapeHtml(`${blame.file}:${blame.line}`)}</p><pre>${escapeHtml(blame.text)}</pre>`;
  const again = objective.reproduce.map((line) => `<pre>${escapeHtml(line)}</pre>`).join('');
  const wire = objective.exchanges.map(
    ({ request, response }) => `<pre>${escapeHtml(`${request}\n\n${response}`)}</pre>`,
  );
  return `<details${outcome === 'failed' || outcome === 'error' ? ' open' : ''}>
<summary><span class="${outcome}">${mark}</span> ${escapeHtml(objective.title)}${objective.kind === 'stretch' ? ' <span class="soft">stretch</span>' : ''}<span class="points">${points.earned} / ${points.possible}</span></summary>
${list.length === 0 ? '' : `<dl>${list.join('')}</dl>`}${place ?? ''}${again}${wire.join('')}
<p><a href="${escapeHtml(objective.manual)}">The manual</a></p>
</details>`;
}

function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
