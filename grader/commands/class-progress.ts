import stringWidth from 'fast-string-width';
import type { ClassProgress } from '../batch/class/grade-class.ts';
import { harmless } from '../reporters/text.ts';

/** ms between two plain lines where there is no terminal. */
const plainPause = 10_000;

/** ms between two looks of the bar, so that the time left counts down. */
const barPause = 250;

/** Shows how far a class is: a bar on a terminal, now and then a line elsewhere. Everything goes to stderr. */
export interface ClassProgressView {
  /** What is done before it is known how much there is to do; on a terminal alone. */
  prepare(what: string): void;
  show(progress: ClassProgress): void;
  end(): void;
}

export function createClassProgress(stream: NodeJS.WriteStream = process.stderr): ClassProgressView {
  const dynamic = stream.isTTY === true && process.env.TERM !== 'dumb';
  const line = new LastLine(stream);
  let total = 0;
  let done = 0;
  let failed = 0;
  let last = '';
  let began = performance.now();
  let said = began;
  let timer: NodeJS.Timeout | undefined;

  const state = () => ({ total, done, failed, seconds: (performance.now() - began) / 1000 });
  const draw = () => line.write(progressLine(state(), last, stream.columns ?? 80));

  return {
    prepare(what) {
      if (dynamic) line.write(`  ${what}`.slice(0, (stream.columns ?? 80) - 1));
    },
    show(progress) {
      if (progress.kind === 'found') {
        line.clear();
        total = progress.toGrade;
        began = performance.now();
        const before = progress.total - total;
        const again = progress.continued ? 'continuing an interrupted run: ' : '';
        const kept = before > 0 ? `, ${before} of them graded already` : '';
        stream.write(`${again}${progress.total} submission${progress.total === 1 ? '' : 's'}${kept}\n`);
        if (!dynamic || total === 0) return;
        draw();
        stream.on('resize', draw);
        timer = setInterval(draw, barPause).unref();
        return;
      }
      done++;
      const { outcome, student, lab } = progress.attempt;
      if (outcome !== 'passed') failed++;
      last = harmless(`${student.name ?? student.id} ${/^lab\d+/.exec(lab)?.[0] ?? lab}`);
      if (dynamic) return;
      const now = performance.now();
      if (now - said < plainPause && done < total) return;
      said = now;
      stream.write(`${status(state()).join(', ')}\n`);
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      stream.off('resize', draw);
      line.clear();
    },
  };
}

/** The last line of a terminal, written over and over. */
class LastLine {
  readonly #stream: NodeJS.WriteStream;
  /** Columns of what stands there. */
  #width = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  write(text: string): void {
    this.#stream.write(`${this.#erase()}${text}`);
    this.#width = stringWidth(text);
  }

  clear(): void {
    if (this.#width > 0) this.#stream.write(this.#erase());
    this.#width = 0;
  }

  /** A window that has become narrower has broken the line into several. */
  #erase(): string {
    const rows = Math.ceil(this.#width / (this.#stream.columns ?? 80));
    return `${rows > 1 ? `\u001b[${rows - 1}A` : ''}\r\u001b[J`;
  }
}

interface State {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
}

/** Fewest and most columns of the bar. */
const leastBar = 8;
const mostBar = 30;

/** The bar and what fits beside it: what matters least goes first when the window is narrow. */
export function progressLine(state: State, last: string, columns: number): string {
  const parts = [...status(state)];
  const room = () => columns - 5 - parts.join(', ').length;
  while (parts.length > 1 && room() < leastBar) parts.splice(parts.length === 4 ? 1 : parts.length - 1, 1);
  const size = Math.min(mostBar, room());
  const share = state.total === 0 ? 1 : state.done / state.total;
  const filled = Math.round(share * size);
  const bar = size < leastBar ? '' : `  ${'━'.repeat(filled)}${'─'.repeat(size - filled)}`;
  const line = `${bar}  ${parts.join(', ')}`;
  return stringWidth(last) + 3 <= columns - line.length && last !== '' ? `${line}  ${last}` : line;
}

/** `37 of 200`, `4.8/s`, `34 s left`, `5 not passed` */
export function status({ total, done, failed, seconds }: State): readonly string[] {
  const rate = seconds > 0 ? done / seconds : 0;
  return [
    `${done} of ${total}`,
    `${rate.toFixed(1)}/s`,
    ...(rate > 0 && done < total ? [`${duration((total - done) / rate)} left`] : []),
    `${failed} not passed`,
  ];
}

/** Seconds, for people. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
