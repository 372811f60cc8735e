import stringWidth from 'fast-string-width';
import { wrap } from '../reporters/text.ts';

/** The student's words for leaving: Ctrl-C, Ctrl-D, or the terminal going away. */
export class Left extends Error {
  override name = 'Left';
}

/** Stands among the keys of a question for the window's change of size. */
export const resize = 'resize';

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
  /** Waits for one key of those named, or for Enter (`''`); `resize` among them is the window's change of size. */
  key(question: string, keys: readonly string[]): Promise<string>;
  print(text: string): void;
  /** An empty window; what was in it can be scrolled back to. */
  clear(): void;
  /** An empty window; what was in it is gone. */
  wipe(): void;
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
      const { width, height } = this.size();
      const config = {
        message,
        choices: choices.map((choice) => setChoice(choice, width)),
        pageSize: Math.max(5, height - 8),
        loop: false,
      };
      return asked(select(preferred === undefined ? config : { ...config, default: preferred }, { signal }));
    },
    async confirm(message) {
      const { confirm } = await prompts();
      return asked(confirm({ message, default: false }, { signal }));
    },
    key: (question, keys) => readKey(question, keys, signal),
    print: (text) => void stdout.write(`${text}\n`),
    clear: () => void stdout.write(`${'\n'.repeat(stdout.rows || 24)}\x1b[H\x1b[J`),
    wipe: () => void stdout.write('\x1b[H\x1b[J'),
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

/** A choice in lines of a window of `width` columns, broken between words; once taken it is named on one line. */
function setChoice<T>({ name, value, description }: Choice<T>, width: number) {
  const lines = (text: string, room: number) =>
    stringWidth(text) <= room ? [text] : wrap(text.replace(/ {2,}/g, ' '), room);
  return {
    name: lines(name, width - 3).join('\n  '),
    short: name,
    value,
    ...(description !== undefined && { description: lines(description, width - 1).join('\n') }),
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
      stdout.off('resize', resized);
      signal.removeEventListener('abort', leave);
      stdin.setRawMode(false);
      stdin.pause();
      stdout.write('\r\x1b[K');
      act();
    };
    const leave = () => done(() => reject(new Left()));
    const resized = () => done(() => resolve(resize));
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
    if (keys.includes(resize)) stdout.on('resize', resized);
    signal.addEventListener('abort', leave);
    stdin.resume();
  });
}
