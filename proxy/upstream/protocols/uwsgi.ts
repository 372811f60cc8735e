/**
 * Writes the head of a uwsgi request: the size of the parameters, and the parameters, each with its own size. Texts are
 * bytes as latin1. `more` goes behind them as it is. The problem is nginx's: the size has two bytes.
 * Source: https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html
 */
export function encodeUwsgiHead(
  parameters: readonly (readonly [name: string, value: string])[],
  modifier1 = 0,
  modifier2 = 0,
  more = '',
): string | { readonly problem: string } {
  let text = '';
  for (const [name, value] of parameters) text += word(name.length) + name + word(value.length) + value;
  text += more;
  if (text.length > 65_535) return { problem: `uwsgi request is too big: ${text.length}` };
  return String.fromCharCode(modifier1) + word(text.length) + String.fromCharCode(modifier2) + text;
}

/** Two bytes, the lower one first. */
const word = (size: number): string => String.fromCharCode(size & 255, (size >> 8) & 255);
