/** A host in lower case without port and final dot; `undefined` when it can't be one. */
export function validHost(text: string): string | undefined {
  if (/[\x00-\x20\x7f/]|\.\./.test(text)) return undefined;
  const literal = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = text.startsWith('[') ? -1 : text.indexOf(':');
  const end = literal >= 0 ? literal + 1 : colon >= 0 ? colon : text.length;
  const host = text.slice(0, text[end - 1] === '.' ? end - 1 : end);
  return host === '' ? undefined : host.toLowerCase();
}
