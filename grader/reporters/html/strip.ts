import type { ObjectiveResult } from '../../result.ts';
import { type Markup, markup } from './markup.ts';

/** All points of a lab in one bar: a piece an objective, as wide as its points, in the colour of its outcome. */
export function strip(objectives: readonly ObjectiveResult[]): Markup {
  const counted = objectives.filter(({ points }) => points.possible > 0);
  const total = counted.reduce((sum, { points }) => sum + points.possible, 0);
  const space = 4;
  const room = 1000 - space * Math.max(0, counted.length - 1);
  let x = 0;
  const pieces = counted.map(({ title, outcome, kind, points }) => {
    const wide = (points.possible / total) * room;
    const piece = markup`<rect class="${outcome} ${kind}" x="${x.toFixed(1)}" y="0" width="${wide.toFixed(1)}" height="14" rx="4"><title>${title} ${points.earned} of ${points.possible}</title></rect>`;
    x += wide + space;
    return piece;
  });
  return markup`<svg class="strip" viewBox="0 0 1000 14" preserveAspectRatio="none" width="1000" height="14" aria-hidden="true">${pieces}</svg>`;
}
