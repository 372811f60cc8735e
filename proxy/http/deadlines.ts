/** Something that can wait too long. */
export interface Waiting {
  /** Milliseconds of performance.now() after which it has waited too long; 0 when it isn't waiting. */
  deadline: number;
  deadlinePassed(): void;
}

/**
 * One timer for all waits: every wait of nginx has its directive's time limit, and setting a timer for each read and
 * write of each connection costs more than looking through the connections ten times a second.
 */
export class Deadlines {
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#timer ??= setInterval(() => this.#look(), 100).unref();
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    for (const one of this.#waiting) {
      if (one.deadline === 0 || one.deadline > now) continue;
      one.deadline = 0;
      one.deadlinePassed();
    }
  }
}
