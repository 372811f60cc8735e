import type { Word } from '../../proxy/config/index.ts';

/** Changes to one file by source position. None may add or remove a line break: line numbers stay the student's. */
export class Edits {
  readonly #text: string;
  readonly #changes = new Map<number, { readonly end: number; readonly text: string }>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The source of a word, quotes included. */
  source(word: Word): string {
    return this.#text.slice(word.start, word.end);
  }

  /** Replaces a word, quotes included. A word that is replaced twice (its file is included twice) keeps the last. */
  replace(word: Word, source: string): void {
    this.#changes.set(word.start, { end: word.end, text: source });
  }

  /** Makes a stretch of text disappear. */
  blank(start: number, end: number): void {
    this.#changes.set(start, { end, text: this.#text.slice(start, end).replace(/[^\r\n]/g, ' ') });
  }

  /** Puts text after the first `{` that follows `from`. */
  insertInBlock(from: number, text: string): void {
    const brace = this.#text.indexOf('{', from);
    if (brace < 0) return;
    const at = brace + 1;
    const there = this.#changes.get(at);
    if (there?.text.includes(text)) return;
    this.#changes.set(at, { end: there?.end ?? at, text: `${text}${there?.text ?? ''}` });
  }

  /** The text with all changes. */
  apply(): string {
    let result = '';
    let position = 0;
    for (const [start, change] of [...this.#changes].sort(([a], [b]) => a - b)) {
      if (start < position) continue;
      result += this.#text.slice(position, start) + change.text;
      position = change.end;
    }
    return result + this.#text.slice(position);
  }
}
