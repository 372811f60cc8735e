import { Left, openTerminal } from './terminal.ts';
import { tour } from './tour.ts';
import { workbookCourse } from './workbook-course.ts';

/** What a shell reports for a program that Ctrl-C ended. */
const interrupted = 130;

/**
 * The self-paced workbook in the terminal: labs, text, predictions, checks, hints, solutions. Resolves to the exit code:
 * 0 when left by the menu, 130 by Ctrl-C, 2 without a terminal.
 */
export async function runTutorial(): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    process.stderr.write(
      'npm start needs a terminal to talk to. Without one:\n' +
        '  npm run check lab1     checks your work and says what is missing\n' +
        '  npm run hint lab1      gives the next hint\n' +
        'The text of each lab is in labs/lab*/README.md.\n',
    );
    return 2;
  }
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, leave);
  try {
    const terminal = openTerminal(leaving.signal);
    await tour(
      terminal,
      workbookCourse(terminal.color, () => terminal.size().width),
    );
    process.stdout.write('Goodbye. `npm start` goes on where you stopped.\n');
    return 0;
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    process.stdout.write('\nGoodbye. `npm start` goes on where you stopped.\n');
    return interrupted;
  } finally {
    for (const signal of signals) process.off(signal, leave);
    process.stdin.pause();
  }
}
