import type { Blame, StartupMessage } from '../../result.ts';
import { type Markup, markup } from './markup.ts';
import { prose } from './prose.ts';

/** The line of the configuration to look at, with what stands around it. */
export function blamed({ file, line, text, context }: Blame): Markup {
  const { first, lines } = context ?? { first: line, lines: [text] };
  return markup`<div class="code"><div class="name">${file}, line ${line}</div><pre class="numbered" tabindex="0">${lines.map(
    (one, i) =>
      first + i === line
        ? markup`<span class="blamed"><i>${first + i}</i>${one}<b class="hidden"> (this line)</b></span>`
        : markup`<span><i>${first + i}</i>${one}</span>`,
  )}</pre></div>`;
}

/** What the server said before it ran, or instead of running. */
export function startupMessage(message: StartupMessage): Markup {
  const { file, line, severity, text, source, context, advice } = message;
  const place = file !== undefined && line !== undefined && (source ?? context) !== undefined;
  return markup`<div class="cause"><p><strong>[${severity}]</strong> ${text}</p>
${advice !== undefined && markup`<p>${prose(advice)}</p>`}
${place ? blamed({ file, line, text: source ?? '', ...(context !== undefined && { context }) }) : file !== undefined && markup`<p class="soft">${file}${line !== undefined && `, line ${line}`}</p>`}</div>`;
}
