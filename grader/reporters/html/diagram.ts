import type { Traffic } from '../../result.ts';
import { type Markup, markup } from './markup.ts';

const box = { width: 136, height: 46 };
const gap = 20;
const rows = { client: 8, server: 128, application: 248 };

/** Who talked to whom: the grader, the student's server, and the applications behind it; lines as thick as their share. */
export function diagram(traffic: Traffic): Markup {
  const { requests, arrivals } = traffic;
  const width = Math.max(320, arrivals.length * (box.width + gap) + gap);
  const height = (arrivals.length > 0 ? rows.application : rows.server) + box.height + 8;
  const middle = width / 2;
  const left = (width - arrivals.length * (box.width + gap) + gap) / 2 + box.width / 2;
  const places = arrivals.map((_, i) => left + i * (box.width + gap));
  const forwarded = arrivals.reduce((sum, one) => sum + one.requests, 0);
  return markup`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${inWords(traffic)}">
${edge(middle, rows.client + box.height, middle, rows.server, 1)}
<text class="soft" x="${middle - 10}" y="${rows.client + box.height + 40}" text-anchor="end" font-size="13">${plural(requests, 'request')}</text>
${describeAnswers(traffic).map(
  (line, i) =>
    markup`<text class="soft" x="${middle + 12}" y="${rows.client + box.height + 31 + i * 17}" font-size="13">${line}</text>`,
)}
${arrivals.map(({ requests: own }, i) => edge(middle, rows.server + box.height, places[i] ?? middle, rows.application, forwarded === 0 ? 0 : own / forwarded))}
${arrivals.map(
  ({ requests: own }, i) =>
    markup`<text class="soft" x="${(places[i] ?? middle) + (i < (arrivals.length - 1) / 2 ? -13 : 13)}" y="${rows.application - 13}" text-anchor="${i < (arrivals.length - 1) / 2 ? 'end' : 'start'}" font-size="13">${own}</text>`,
)}
${node(middle, rows.client, 'the grader', 'asks over HTTP')}
${node(middle, rows.server, 'your server', arrivals.length === 0 ? 'answers' : 'answers or asks on', 'own')}
${arrivals.map(({ application, address }, i) => node(places[i] ?? middle, rows.application, application, address))}
</svg>`;
}

function node(x: number, y: number, name: string, under: string, kind = ''): Markup {
  return markup`<rect class="box ${kind}" x="${x - box.width / 2}" y="${y}" width="${box.width}" height="${box.height}" rx="8"/>
<text x="${x}" y="${y + 20}" text-anchor="middle" font-size="14" font-weight="600">${name.slice(0, 16)}</text>
<text class="soft" x="${x}" y="${y + 36}" text-anchor="middle" font-size="11.5">${under.slice(0, 24)}</text>`;
}

/** A line with a tip; a dashed one when nothing came. */
function edge(x1: number, y1: number, x2: number, y2: number, share: number): Markup {
  const thick = share === 0 ? 1.5 : 1.5 + share * 5;
  const bend = (y1 + y2) / 2;
  const path = `M${x1} ${y1} C${x1} ${bend} ${x2} ${bend} ${x2} ${y2 - 9}`;
  return markup`<path class="edge${share === 0 ? ' none' : ''}" stroke-width="${thick.toFixed(1)}" d="${path}"/>
${share > 0 && markup`<path class="tip" d="M${x2 - 7} ${y2 - 10}h14l-7 10z"/>`}`;
}

/** `225 × 200`, at most three of them: the commonest. */
function describeAnswers({ answers }: Traffic): readonly string[] {
  const sorted = [...answers].sort((a, b) => b.count - a.count);
  const shown = sorted.slice(0, 3).map(({ status, count }) => `${count} × ${status === 0 ? 'no answer' : status}`);
  return sorted.length > 3 ? [...shown.slice(0, 2), `${shown[2]} …`] : shown;
}

function inWords(traffic: Traffic): string {
  const arrived = traffic.arrivals.map(({ application, requests }) => `${application} got ${requests}`).join(', ');
  const answered = `The grader sent ${plural(traffic.requests, 'request')} to your server; answers: ${describeAnswers(traffic).join(', ') || 'none'}`;
  return arrived === '' ? answered : `${answered}; ${arrived}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
