import { type Markup, markup } from './markup.ts';

const column = { width: 26, gap: 6, height: 110 };
const columns = 11;

/** How many students have how many points: a column for each tenth of the core's points, the last for all of them and more. */
export function histogram(points: readonly number[], possible: number): Markup {
  const counts = Array.from({ length: columns }, () => 0);
  for (const one of points) {
    const tenth = possible === 0 ? 0 : Math.floor((one / possible) * 10);
    const at = Math.max(0, Math.min(columns - 1, tenth));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const most = Math.max(...counts, 1);
  const width = columns * (column.width + column.gap);
  const said = counts.map((count, i) => `${label(i, possible)}: ${count}`).join(', ');
  return markup`<figure>
<svg viewBox="0 0 ${width} ${column.height + 42}" width="${width}" height="${column.height + 42}" role="img" aria-label="${`Students by points. ${said}`}">
${counts.map((count, i) => {
  const x = i * (column.width + column.gap);
  const high = count === 0 ? 1 : Math.max(3, (count / most) * column.height);
  const y = 18 + column.height - high;
  return markup`<rect class="${count === 0 ? 'track' : 'fill'}" x="${x}" y="${y.toFixed(1)}" width="${column.width}" height="${high.toFixed(1)}" rx="3"/>
${count > 0 && markup`<text x="${x + column.width / 2}" y="${(y - 5).toFixed(1)}" text-anchor="middle" font-size="12">${count}</text>`}
<text class="soft" x="${x + column.width / 2}" y="${column.height + 36}" text-anchor="middle" font-size="11">${label(i, possible)}</text>`;
})}
</svg>
<figcaption>Students by points</figcaption>
</figure>`;
}

function label(tenth: number, possible: number): string {
  return `${Math.round((tenth * possible) / 10)}${tenth === columns - 1 ? '+' : ''}`;
}
