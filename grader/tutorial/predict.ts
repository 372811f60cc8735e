import type { Lab } from '../lab.ts';
import { traceText } from '../reporters/trace.ts';
import type { Course, CourseLab, Oracle } from './course.ts';
import { show } from './reader.ts';
import type { Terminal } from './terminal.ts';

/**
 * Asks the lab's predictions, from the first that has no answer yet (all again when none is left). The right answer is what
 * the sandbox's server does now; it starts while the student thinks.
 */
export async function predict(terminal: Terminal, course: Course, entry: CourseLab, lab: Lab): Promise<void> {
  const { passed, predicted } = await course.standing(entry);
  const leaving = new AbortController();
  const opening = course.oracle(entry, passed, leaving.signal);
  // A failure to start is told when the answer is wanted, not as an unhandled rejection while the student thinks.
  opening.catch(() => {});
  try {
    terminal.clear();
    for (let at = predicted < lab.predictions.length ? predicted : 0; at < lab.predictions.length; at++) {
      await ask(terminal, lab, at, opening);
      await course.note(entry, { predicted: Math.max(predicted, at + 1) });
      const last = at === lab.predictions.length - 1;
      if ((await terminal.key(last ? 'Enter: to the lab ' : 'Enter: next question · q: to the lab ', ['q'])) === 'q')
        break;
    }
  } finally {
    leaving.abort();
    await opening.then((oracle) => oracle.close()).catch(() => {});
  }
  terminal.clear();
}

async function ask(terminal: Terminal, lab: Lab, at: number, opening: Promise<Oracle>): Promise<void> {
  const prediction = lab.predictions[at]!;
  show(terminal, prediction.question);
  const guess = await terminal.select(
    `${at + 1} of ${lab.predictions.length}  What do you think?`,
    prediction.choices.map((name, value) => ({ name, value })),
  );
  const { choice: right, trace } = await terminal.during('Asking the server …', async (signal) => {
    const oracle = await opening;
    return oracle.answer(prediction, signal);
  });
  const verdict = guess === right ? '**Right.**' : `**It is: ${prediction.choices[right]}**, says the server.`;
  show(
    terminal,
    `${verdict}\n\n${prediction.explanation}${trace === undefined ? '' : '\n\nWhat the server did, by our solution as long as yours has not passed:'}`,
  );
  if (trace !== undefined) {
    terminal.print(traceText(trace, { colour: terminal.color, width: terminal.size().width, brief: true }));
  }
}
