/** Something that is kept in memory because it may be wanted again. */
export interface Kept {
  /** Bytes. */
  readonly size: number;
  /** Somebody has wanted it since it was last looked at for being dropped. */
  wanted: boolean;
  /** Answers that are being sent from it, which keep its bytes. */
  readers: number;
}

/** Which things stay in memory: when there is no more room, the first one goes that nobody has wanted since the last look. */
export class SecondChance<Item extends Kept> {
  readonly #mostBytes: number;
  readonly #mostItems: number;
  readonly #forget: (item: Item) => void;
  /** In the order in which they will be looked at. */
  readonly #items = new Set<Item>();
  #bytes = 0;

  /** `forget` hears of each that goes. */
  constructor(mostBytes: number, mostItems: number, forget: (item: Item) => void) {
    this.#mostBytes = mostBytes;
    this.#mostItems = mostItems;
    this.#forget = forget;
  }

  /** Whether there is room for so many bytes, once others have gone. */
  makeRoom(size: number): boolean {
    // Twice round finds whatever may go: the first time everything may have been wanted.
    for (let looks = 2 * this.#items.size; looks > 0 && !this.#fits(size); looks--) {
      const first = this.#items.values().next().value!;
      if (first.wanted || first.readers > 0) {
        first.wanted = false;
        this.#items.delete(first);
        this.#items.add(first);
      } else this.drop(first);
    }
    return this.#fits(size);
  }

  #fits(size: number): boolean {
    return this.#bytes + size <= this.#mostBytes && this.#items.size < this.#mostItems;
  }

  /** Keeps something for which there is room. */
  add(item: Item): void {
    this.#items.add(item);
    this.#bytes += item.size;
  }

  /** Forgets something; its bytes count for as long as answers are sent from it. */
  drop(item: Item): void {
    if (!this.#items.delete(item)) return;
    this.#forget(item);
    if (item.readers === 0) this.#bytes -= item.size;
  }

  /** One answer less is sent from it. */
  release(item: Item): void {
    item.readers--;
    if (item.readers === 0 && !this.#items.has(item)) this.#bytes -= item.size;
  }
}
