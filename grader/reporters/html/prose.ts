import { type Content, markup } from './markup.ts';

/** A sentence in which what stands between backticks is code. */
export function prose(text: string): Content {
  const parts = text.split('`');
  // An odd backtick is a backtick.
  if (parts.length % 2 === 0) return text;
  return parts.map((part, i) => (i % 2 === 1 ? markup`<code>${part}</code>` : part));
}
