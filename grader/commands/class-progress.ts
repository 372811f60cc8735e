import type { ClassProgress } from '../batch/class/grade-class.ts';
import { harmless } from '../reporters/text.ts';

const clearLine = '\r\u001b[2K';

/** ms between two plain lines where there is no terminal. */
const plainPause = 10_000;

/** Shows how far a class is: a bar on a terminal, now and then a line elsewhere. Everything goes to stderr. */
export interface ClassProgressView {
  show(progress: ClassProgress): void;
  end(): void;
}

export function createClassProgress(stream: NodeJS.WriteStream = process.stderr): ClassProgressView {
  const dynamic = stream.isTTY === true && process.env.TERM !== 'dumb';
  let total = 0;
  let done = 0;
  let failed = 0;
  let last = '';
  let began = performance.now();
  let said = began;
  let timer: NodeJS.Timeout | undefined;

  const draw = () => {
    const columns = stream.columns ?? 80;
    const right = status({ total, done, failed, seconds: (performance.now() - began) / 1000 });
    const room = Math.max(8, Math.min(30, columns - right.length - 6));
    const filled = total === 0 ? room : Math.round((done / total) * room);
    const bar = `${'━'.repeat(filled)}${'─'.repeat(room - filled)}`;
    const text = `  ${bar}  ${right}`;
    const rest = columns - text.length - 4;
    stream.write(
      `${clearLine}${text.slice(0, columns - 1)}${rest > 12 && last !== '' ? `  ${last.slice(0, rest)}` : ''}`,
    );
  };

  return {
    show(progress) {
      if (progress.kind === 'found') {
        total = progress.toGrade;
        began = performance.now();
        const before = progress.total - total;
        const again = progress.continued ? 'continuing an interrupted run: ' : '';
        const kept = before > 0 ? `, ${before} of them graded already` : '';
        stream.write(`${again}${progress.total} submission${progress.total === 1 ? '' : 's'}${kept}\n`);
        if (dynamic && total > 0) timer = setInterval(draw, 250).unref();
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
      stream.write(`${status({ total, done, failed, seconds: (now - began) / 1000 })}\n`);
    },
    end() {
      clearInterval(timer);
      if (dynamic && timer !== undefined) stream.write(clearLine);
      timer = undefined;
    },
  };
}

interface State {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
}

/** `37 of 200, 4.8/s, 34 s left, 5 not passed` */
export function status({ total, done, failed, seconds }: State): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 && done < total ? `, ${duration((total - done) / rate)} left` : '';
  return `${done} of ${total}, ${rate.toFixed(1)}/s${left}, ${failed} not passed`;
}

/** Seconds, for people. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
