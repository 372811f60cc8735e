import type { ObjectiveResult, Outcome } from '../../result.ts';
import { blamed } from './configuration.ts';
import { diagram } from './diagram.ts';
import { distribution, isDistributed } from './distribution.ts';
import { exchanges } from './exchange.ts';
import { type Content, type Markup, markup } from './markup.ts';
import { prose } from './prose.ts';

const marks: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', skipped: '–', error: '!' };
const words: Readonly<Record<Outcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'not checked',
  error: 'could not be graded',
};

/** One objective: a line, and under it all that explains its outcome; open when it failed. */
export function objective(result: ObjectiveResult): Markup {
  const { outcome, title, kind, points } = result;
  const open = outcome === 'failed' || outcome === 'error';
  // Where shares are what it is about, they come before everything else.
  const spread = result.traffic !== undefined && isDistributed(result.traffic) && result.difference === undefined;
  const counted = points.possible > 0 && `${points.earned} / ${points.possible}`;
  return markup`<details class="objective"${open && markup` open`}>
<summary><span class="mark ${outcome}" aria-hidden="true">${marks[outcome]}</span><span>${prose(title)}<span class="hidden"> (${words[outcome]})</span>${kind === 'stretch' && markup` <span class="badge stretch">stretch</span>`}</span><span class="points">${counted}</span></summary>
<div class="inside">
${compared(result)}
${spread && pictures(result)}
${cause(result)}
${exchanges(result)}
${!spread && pictures(result)}
${again(result)}
</div>
</details>`;
}

function compared({ expected, received }: ObjectiveResult): Content {
  if (expected === undefined && received === undefined) return undefined;
  return markup`<div class="compare">
${expected !== undefined && markup`<div class="expected"><h3>Expected</h3>${prose(expected)}</div>`}
${received !== undefined && markup`<div class="received"><h3>Received</h3>${prose(received)}</div>`}
</div>`;
}

function cause({ because, blame, why, outcome }: ObjectiveResult): Content {
  if (because === undefined && blame === undefined && why === undefined) return undefined;
  const heading = outcome === 'skipped' ? 'Not checked' : 'The line to look at';
  return markup`<div class="cause">
${(because ?? blame) !== undefined && markup`<h3>${blame === undefined && outcome !== 'skipped' ? 'The reason' : heading}</h3>`}
${because !== undefined && markup`<p>${prose(because)}</p>`}
${blame !== undefined && blamed(blame)}
${why !== undefined && markup`<h3>Why it matters</h3><p>${prose(why)}</p>`}
</div>`;
}

function pictures({ traffic }: ObjectiveResult): Content {
  if (traffic === undefined) return undefined;
  return markup`<h3>Who talked to whom</h3>
<div class="pictures"><figure>${diagram(traffic)}</figure>${isDistributed(traffic) && distribution(traffic.arrivals)}</div>`;
}

function again({ reproduce, hints, manual, outcome }: ObjectiveResult): Content {
  const ended = outcome === 'failed' || outcome === 'error';
  return [
    ended &&
      reproduce.length > 0 &&
      markup`<h3>See it yourself</h3><div class="code"><pre tabindex="0">${reproduce.join('\n')}</pre></div>`,
    ended &&
      hints.length > 0 &&
      markup`<div class="hints"><h3>Hints</h3>${hints.map((hint, i) => markup`<details><summary>${i === 0 ? 'A nudge' : `A clearer one (${i + 1})`}</summary><p>${prose(hint)}</p></details>`)}</div>`,
    /^https?:\/\//.test(manual) &&
      markup`<p class="manual small"><a href="${manual}" rel="noreferrer">The page of the manual</a></p>`,
  ];
}
