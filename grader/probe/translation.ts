/** Which sandbox port stands for which of the student's, and where the mirrored tree lies. */
export interface Translation {
  /** A text of the sandbox in the student's words: addresses and paths as they wrote them. */
  text(text: string): string;
  /** The same for a header's value. */
  header(value: string): string;
  /** The same for a body; a body that isn't text, or names none of the sandbox's ports, comes back as it is. */
  body(body: Uint8Array, contentType: string | undefined): Uint8Array;
}

export interface PortPair {
  readonly sandbox: number;
  readonly student: number;
}

/** Nothing to translate: a live target is probed at its own addresses. */
export const noTranslation: Translation = { text: (text) => text, header: (value) => value, body: (body) => body };

/** A port is searched for first, and its host before it then: the other way round, long words take quadratic time. */
const port = /:(\d{2,5})(?!\d)/g;
const before = /(https?:\/\/)?((?:[\w.-]|%[0-9a-f]{2}|\[[0-9a-f:.]+\])+|\*)?$/i;

/** Characters of a name in the DNS and a scheme before it, RFC 1035. */
const longestHost = 264;

/**
 * `http://catalog.test:34567/x` becomes `http://catalog.test/x` when 34567 stands for port 80, because a server on the
 * default port doesn't name it either; every other `host:port` keeps its port, translated. `root` is the folder of the
 * sandbox that mirrors `/`.
 */
export function createTranslation(ports: readonly PortPair[], root: string): Translation {
  const student = new Map(ports.map((pair) => [String(pair.sandbox), String(pair.student)]));
  const addresses = (text: string) => {
    let translated = '';
    let done = 0;
    for (const match of text.matchAll(port)) {
      const mapped = student.get(match[1]!);
      if (mapped === undefined) continue;
      const [, scheme] = before.exec(text.slice(Math.max(done, match.index - longestHost), match.index))!;
      const isDefault = mapped === (scheme?.toLowerCase() === 'https://' ? '443' : '80');
      translated += text.slice(done, match.index) + (scheme !== undefined && isDefault ? '' : `:${mapped}`);
      done = match.index + match[0].length;
    }
    return translated + text.slice(done);
  };
  const text = (value: string) => addresses(value).replaceAll(root, '');
  return {
    text,
    header: text,
    body(body, contentType) {
      if (body.length === 0 || body.length > 1 << 20 || !/text|json|xml|html/i.test(contentType ?? 'text')) return body;
      const before = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
      const after = text(before);
      return after === before ? body : Buffer.from(after, 'latin1');
    },
  };
}
