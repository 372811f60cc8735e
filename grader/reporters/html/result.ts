import type { LabResult, Traffic } from '../../result.ts';
import { describeDuration, describeScore, describeTarget, labHeading, verdict } from '../words.ts';
import { startupMessage } from './configuration.ts';
import { diagram } from './diagram.ts';
import { type Content, type Markup, markup } from './markup.ts';
import { objective } from './objective.ts';
import { strip } from './strip.ts';

/** One result: the verdict, the points, who talked to whom, and each objective. `about` stands under the heading. */
export function labSection(result: LabResult, about?: Content): Markup {
  const { startup, objectives, outcome } = result;
  const traffic = sum(objectives.flatMap((one) => one.traffic ?? []));
  return markup`<section>
<header>
<h1>${labHeading(result)}</h1>
${about}
<div class="verdict"><strong>${describeScore(result)}</strong><span class="badge ${outcome}">${verdict(result)}</span></div>
${strip(objectives)}
<p class="soft small">${describeTarget(result)}. <time datetime="${result.startedAt}">${readableTime(result.startedAt)}</time>, ${describeDuration(result.durationMs)}, seed ${result.seed}.</p>
</header>
${outcome === 'error' && markup`<p class="broken">The grader could not finish, so this run counts for nothing. It is not your fault: please hand it in once more.</p>`}
${startup.messages.length > 0 && markup`<h2>${startup.ok ? 'The server started, and said' : 'The server did not start'}</h2>${startup.messages.map(startupMessage)}`}
<h2>${startup.ok ? 'What it does' : 'What could not be checked'}</h2>
${objectives.map(objective)}
${traffic !== undefined && markup`<h2>All of it together</h2><figure>${diagram(traffic)}<figcaption>Everything that was asked in this check, and what arrived.</figcaption></figure>`}
</section>`;
}

/** `2030-01-02 03:04 UTC` */
export function readableTime(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

function sum(all: readonly Traffic[]): Traffic | undefined {
  if (all.length === 0) return undefined;
  const answers = new Map<number, number>();
  const arrivals = new Map<string, Traffic['arrivals'][number]>();
  for (const one of all) {
    for (const { status, count } of one.answers) answers.set(status, (answers.get(status) ?? 0) + count);
    for (const { application, address, requests } of one.arrivals)
      arrivals.set(application, {
        application,
        address,
        requests: requests + (arrivals.get(application)?.requests ?? 0),
      });
  }
  return {
    requests: all.reduce((total, { requests }) => total + requests, 0),
    answers: [...answers].map(([status, count]) => ({ status, count })),
    arrivals: [...arrivals.values()],
  };
}
