/**
 * Numbers the turns of the event loop. What is handled in one turn had all arrived before it began, so that something
 * looked up in it holds until its end: nobody could tell the difference.
 */
class Turns {
  #number = 0;
  /** Somebody has asked in this turn, and its end will be noticed. */
  #asked = false;
  readonly #ended = (): void => {
    this.#number++;
    this.#asked = false;
  };

  get number(): number {
    if (!this.#asked) {
      this.#asked = true;
      setImmediate(this.#ended);
    }
    return this.#number;
  }
}

/** The process's own, of which there is only one. */
export const turns = new Turns();
