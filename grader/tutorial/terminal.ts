/** The student's words for leaving: Ctrl-C, Ctrl-D, or the terminal going away. */
export class Left extends Error {
  override name = 'Left';
}

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
  /** One line shown below the list while the choice is under the cursor. */
  readonly description?: string;
}

/** What the tutorial asks and shows; every question throws Left when the student goes instead of answering. */
export interface Terminal {
  /** Columns and lines, as of now: a window can be resized. */
  size(): { readonly width: number; readonly height: number };
  readonly color: boolean;
  select<T>(question: string, choices: readonly Choice<T>[], preferred?: T): Promise<T>;
  confirm(question: string): Promise<boolean>;
  /** Waits for one key of those named, or for Enter (`''`). */
  key(question: string, keys: readonly string[]): Promise<string>;
  print(text: string): void;
  clear(): void;
  /** Shows `text` on one line while the work lasts. */
  during<T>(text: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** The terminal the program was started in. `signal` ends when the student leaves by a signal. */
export function openTerminal(signal: AbortSignal): Terminal {
  const { stdin, stdout } = process;
  const color = stdout.hasColors() && !process.env.NO_COLOR;
  /** @inquirer/prompts takes 35 ms to load and is needed at the first question only. */
  const prompts = () => import('@inquirer/prompts');
  const asked = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question;
    } catch (error) {
      if (error instanceof Error && /^(Exit|Abort)PromptError$/.test(error.name)) throw new Left();
      throw error;
    }
  };
  return {
    color,
    size: () => ({ width: Math.min(stdout.columns || 80, 100), height: stdout.rows || 24 }),
    async select(message, choices, preferred) {
      const { select } = await prompts();
      const config = { message, choices: [...choices], pageSize: Math.max(5, (stdout.rows || 24) - 8), loop: false };
      return asked(select(preferred === undefined ? config : { ...config, default: preferred }, { signal }));
    },
    async confirm(message) {
      const { confirm } = await prompts();
      return asked(confirm({ message, default: false }, { signal }));
    },
    key: (question, keys) => readKey(question, keys, signal),
    print: (text) => void stdout.write(`${text}\n`),
    // Scrolls what is there out of sight instead of erasing it, so that the student can scroll back to a report.
    clear: () => void stdout.write(`${'\n'.repeat(stdout.rows || 24)}\x1b[H\x1b[J`),
    async during(text, work) {
      stdout.write(text);
      // Keys typed meanwhile are not answers to the next question.
      stdin.resume();
      const ignore = () => {};
      stdin.on('data', ignore);
      try {
        const result = await work(signal);
        if (!signal.aborted) return result;
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        stdin.off('data', ignore);
        stdin.pause();
        stdout.write('\r\x1b[K');
      }
      throw new Left();
    },
  };
}

/** Reads one key without waiting for Enter; the terminal is set back however it ends. */
function readKey(question: string, keys: readonly string[], signal: AbortSignal): Promise<string> {
  const { stdin, stdout } = process;
  stdout.write(question);
  return new Promise((resolve, reject) => {
    const done = (act: () => void) => {
      stdin.off('data', read);
      stdin.off('end', leave);
      signal.removeEventListener('abort', leave);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write('\r\x1b[K');
      act();
    };
    const leave = () => done(() => reject(new Left()));
    const read = (data: Buffer) => {
      const key = data.toString();
      if (key === '\x03' || key === '\x04') leave();
      else if (/^[\r\n ]$|^\x1b\[(6~|B|C)$/.test(key)) done(() => resolve(''));
      else if (/^\x1b\[(5~|A|D)$/.test(key) && keys.includes('b')) done(() => resolve('b'));
      else if (key === '\x1b' && keys.includes('q')) done(() => resolve('q'));
      else if (keys.includes(key.toLowerCase())) done(() => resolve(key.toLowerCase()));
    };
    if (signal.aborted) return reject(new Left());
    stdin.setRawMode(true);
    stdin.on('data', read);
    stdin.once('end', leave);
    signal.addEventListener('abort', leave);
    stdin.resume();
  });
}
