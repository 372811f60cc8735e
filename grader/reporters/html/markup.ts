import { harmless } from '../text.ts';

/** HTML that is safe to be put into a page as it is. Only `markup` makes it, so nothing gets past the escaping. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** For constants of our own: a style sheet, a ready-made piece. Never for what came from outside. */
  static trusted(text: string): Markup {
    return new Markup(text);
  }

  toString(): string {
    return this.#text;
  }
}

export type Content = Markup | string | number | false | undefined | readonly Content[];

/** A template whose values are escaped unless they are markup themselves; lists are joined, `false` and undefined are nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return Markup.trusted(strings.map((text, i) => text + write(values[i])).join(''));
}

function write(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(write).join('');
  return escapeHtml(String(content));
}

/** Safe in text and in a quoted attribute; control characters and turned writing are shown, not obeyed. */
function escapeHtml(text: string): string {
  return harmless(text.toWellFormed().replaceAll('\r\n', '\n'))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
