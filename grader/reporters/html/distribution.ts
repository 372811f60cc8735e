import type { Traffic } from '../../result.ts';
import { type Markup, markup } from './markup.ts';

const bar = { left: 104, width: 200, height: 22, gap: 12 };
const width = bar.left + bar.width + 92;

/** A bar an instance: how many of the requests that arrived went there. The dotted line is an equal share. */
export function distribution(arrivals: Traffic['arrivals']): Markup {
  const total = arrivals.reduce((sum, { requests }) => sum + requests, 0);
  const height = arrivals.length * (bar.height + bar.gap) + 6;
  const even = bar.left + bar.width / arrivals.length;
  const said = arrivals.map(({ application, requests }) => `${application} ${requests}`).join(', ');
  return markup`<figure>
<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${`Of ${total} requests: ${said}`}">
${arrivals.map(({ application, requests }, i) => {
  const y = 6 + i * (bar.height + bar.gap);
  const share = requests / total;
  return markup`<text x="${bar.left - 10}" y="${y + 16}" text-anchor="end" font-size="14">${application.slice(0, 14)}</text>
<rect class="track" x="${bar.left}" y="${y}" width="${bar.width}" height="${bar.height}" rx="4"/>
<rect class="fill" x="${bar.left}" y="${y}" width="${(share * bar.width).toFixed(1)}" height="${bar.height}" rx="4"/>
<text x="${bar.left + bar.width + 10}" y="${y + 16}" font-size="14">${requests}<tspan class="soft"> · ${Math.round(share * 100)} %</tspan></text>`;
})}
<line class="even" x1="${even}" x2="${even}" y1="0" y2="${height}"/>
</svg>
<figcaption>What arrived at each instance; dotted: an equal share.</figcaption>
</figure>`;
}

/** Whether there is a distribution to draw: several instances, and something arrived. */
export function isDistributed(traffic: Traffic): boolean {
  return traffic.arrivals.length > 1 && traffic.arrivals.some(({ requests }) => requests > 0);
}
