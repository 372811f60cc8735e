import type { GradedAttempt } from '../../batch/graded.ts';
import { type Content, markup } from './markup.ts';
import { prose } from './prose.ts';

const shown = 5;
const bar = { width: 120, height: 10 };

/** The objectives that most students failed. */
export function hardest(attempts: readonly GradedAttempt[]): Content {
  const failed = new Map<string, { readonly title: string; readonly count: number }>();
  for (const { result } of attempts)
    for (const { id, title, outcome } of result?.objectives ?? [])
      if (outcome === 'failed') failed.set(id, { title, count: (failed.get(id)?.count ?? 0) + 1 });
  const worst = [...failed].sort(([, a], [, b]) => b.count - a.count).slice(0, shown);
  if (worst.length === 0) return undefined;
  return markup`<figure><table><caption>Failed most</caption><tbody>${worst.map(
    ([, { title, count }]) =>
      markup`<tr><td class="number">${count}</td><td><svg viewBox="0 0 ${bar.width} ${bar.height}" width="${bar.width}" height="${bar.height}" aria-hidden="true"><rect class="track" width="${bar.width}" height="${bar.height}" rx="3"/><rect class="failed" width="${((count / attempts.length) * bar.width).toFixed(1)}" height="${bar.height}" rx="3"/></svg></td><td>${prose(title)}</td></tr>
`,
  )}</tbody></table></figure>`;
}
