import type { BodyFilter, BodySink } from './transport.ts';

/** Makes a filter that puts its bytes into `sink`, and calls `ready` when it takes bytes again after it refused some. */
export type MakeBodyFilter = (sink: BodySink, ready: () => void) => BodyFilter;

/**
 * What a body goes through before it is sent, in the order in which the head filters asked for it. Most answers have
 * none of these: the chain is made only when somebody asks.
 */
export class BodyFilters implements BodyFilter {
  readonly #filters: BodyFilter[] = [];

  /** `sink` takes what comes out; `ready` is called when the whole chain takes bytes again. */
  constructor(makers: readonly MakeBodyFilter[], sink: BodySink, ready: () => void) {
    let next = sink;
    for (let i = makers.length - 1; i >= 0; i--) {
      const before = i;
      const filter = makers[i]!(next, () => (before === 0 ? ready() : this.#filters[before - 1]!.drained()));
      this.#filters[i] = filter;
      next = filter;
    }
  }

  write(chunk: Buffer): boolean {
    return this.#filters[0]!.write(chunk);
  }

  end(): void {
    this.#filters[0]!.end();
  }

  /** The client takes bytes again: the last filter knows first. */
  drained(): void {
    this.#filters[this.#filters.length - 1]!.drained();
  }

  destroy(): void {
    for (const filter of this.#filters) filter.destroy();
  }
}

/** A filter that turns each piece into another at once, and has nothing to let go of. */
export class Transform implements BodyFilter {
  readonly #sink: BodySink;
  readonly #ready: () => void;
  readonly #transform: (chunk: Buffer, last: boolean) => Buffer;

  /** `transform` gets each piece, and at the end an empty one with `last`, for what it held back. */
  constructor(sink: BodySink, ready: () => void, transform: (chunk: Buffer, last: boolean) => Buffer) {
    this.#sink = sink;
    this.#ready = ready;
    this.#transform = transform;
  }

  write(chunk: Buffer): boolean {
    const out = this.#transform(chunk, false);
    return out.length === 0 || this.#sink.write(out);
  }

  end(): void {
    const rest = this.#transform(NOTHING, true);
    if (rest.length > 0) this.#sink.write(rest);
    this.#sink.end();
  }

  drained(): void {
    this.#ready();
  }

  destroy(): void {}
}

const NOTHING = Buffer.alloc(0);
