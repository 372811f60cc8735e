import { Left, type Terminal } from '../terminal.ts';

/** What a student does at one question: takes the choice that begins with a text, presses a key, says yes or no, or leaves. */
export type Act =
  | { readonly take: string }
  | { readonly press: string }
  | { readonly say: boolean }
  | 'leave'
  | 'enter';

/** A terminal of a `size` that may change, whose student acts by a script; `screen` is all that was ever shown. */
export function scripted(
  acts: readonly Act[],
  size = { width: 80, height: 24 },
): { terminal: Terminal; screen: () => string; left: () => number } {
  const script = [...acts];
  let screen = '';
  const show = (text: string) => {
    screen += `${text}\n`;
  };
  const act = (question: string): Exclude<Act, 'leave'> => {
    show(question);
    const next = script.shift();
    if (next === undefined || next === 'leave') throw new Left();
    return next;
  };
  const terminal: Terminal = {
    color: false,
    size: () => size,
    async select(question, choices, preferred) {
      for (const { name, value } of choices) show(`${value === preferred ? '❯' : ' '} ${name}`);
      const next = act(question);
      const wanted = next === 'enter' ? undefined : (next as { take: string }).take;
      const found = choices.find(({ name, value }) =>
        wanted === undefined ? value === preferred : name.trim().includes(wanted),
      );
      if (found === undefined)
        throw new Error(`no choice "${wanted}" in ${choices.map(({ name }) => name).join(' | ')}`);
      return found.value;
    },
    async confirm(question) {
      return (act(question) as { say: boolean }).say;
    },
    async key(question) {
      const next = act(question);
      return next === 'enter' ? '' : (next as { press: string }).press;
    },
    print: show,
    clear() {},
    wipe() {},
    during: (text, work) => {
      show(text);
      return work(new AbortController().signal);
    },
  };
  return { terminal, screen: () => screen, left: () => script.length };
}
