import type { ArrivalRecord, Difference, ExchangeRecord, ObjectiveResult } from '../../result.ts';
import { type Content, type Markup, markup } from './markup.ts';

/** What went over the wire, the last exchange with its difference marked; and what the application received of it. */
export function exchanges({ exchanges: all, difference, arrived = [] }: ObjectiveResult): Content {
  const last = all.at(-1);
  if (last === undefined && arrived.length === 0) return undefined;
  const received = arrived.map((record) => arrival(record, last));
  if (received.length > 0)
    return markup`<h3>What your server made of the request</h3>
<div class="wire">${last !== undefined && code('the grader asked', lines(last.request))}${received}</div>`;
  const before = all.slice(0, -1);
  return [
    last !== undefined && markup`<h3>Over the wire</h3>${wire(last, difference)}`,
    before.length > 0 &&
      markup`<details><summary>${before.length === 1 ? 'The exchange' : `${before.length} exchanges`} before</summary>${before.map((one) => wire(one))}</details>`,
  ];
}

function wire({ request, response }: ExchangeRecord, difference?: Difference): Markup {
  const answer = difference === undefined ? lines(response) : marked(response, difference);
  return markup`<div class="wire">${code('the grader asked', lines(request))}${code('your server answered', answer)}</div>`;
}

function code(name: string, content: Content): Markup {
  return markup`<div class="code"><div class="name">${name}</div><pre tabindex="0">${content}</pre></div>`;
}

function lines(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}

/** The answer with the wrong status, header or body marked; what is missing stands where it should be. */
function marked(response: string, difference: Difference): Content {
  const [head = '', ...rest] = lines(response).split('\n\n');
  const [first = '', ...headers] = head.split('\n');
  const body = rest.join('\n\n');
  const { part, name = '', expected, received } = difference;
  const due = expected !== undefined && markup` <mark class="good">${expected} was due</mark>`;
  const withBody = body === '' ? '' : `\n\n${body}`;
  if (part === 'status') return [markup`<mark class="bad">${first}</mark>`, due, ...under(headers), withBody];
  if (part === 'body') return [first, ...under(headers), '\n\n', bodies(expected ?? '', received ?? '')];
  const isNamed = (line: string): boolean => line.toLowerCase().startsWith(`${name.toLowerCase()}:`);
  const found = headers.some(isNamed);
  return [
    first,
    ...headers.map((line) =>
      isNamed(line)
        ? [
            '\n',
            markup`<mark class="bad">${line}</mark>`,
            expected !== undefined && ['\n', markup`<mark class="good">${name}: ${expected}</mark>`, ' was due'],
          ]
        : `\n${line}`,
    ),
    !found && expected !== undefined && ['\n', markup`<mark class="good">${name}: ${expected}</mark>`, ' is missing'],
    withBody,
  ];
}

function under(headers: readonly string[]): readonly string[] {
  return headers.map((line) => `\n${line}`);
}

/** Both bodies from where they part. */
function bodies(expected: string, received: string): Markup {
  let at = 0;
  while (at < expected.length && expected[at] === received[at]) at++;
  const same = received.slice(0, at);
  const end = markup`<span class="soft">(the end)</span>`;
  const rest = (text: string, kind: string) =>
    at < text.length ? markup`<mark class="${kind}">${text.slice(at)}</mark>` : end;
  return markup`${same}${rest(received, 'bad')}
<span class="soft">was due:</span>
${same}${rest(expected, 'good')}`;
}

/** A request as the application got it, with what the student's server changed in it, and what it left out. */
function arrival({ application, request }: ArrivalRecord, asked: ExchangeRecord | undefined): Markup {
  const before = asked === undefined ? undefined : lines(asked.request).split('\n');
  const after = lines(request).split('\n');
  const gone = before?.slice(1).filter((line) => !after.some((own) => nameOf(own) === nameOf(line))) ?? [];
  return code(`${application} received`, [
    after.map((line, i) => [
      i > 0 && '\n',
      before === undefined || before.includes(line) ? line : markup`<mark class="changed">${line}</mark>`,
    ]),
    gone.map((line) => ['\n', markup`<span class="soft"><s>${line}</s> was left out</span>`]),
  ]);
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase();
}
