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

/**
 * `http://catalog.test:34567/x` becomes `http://catalog.test/x` when 34567 stands for port 80, because a server on the
 * default port doesn't name it either; every other `host:port` keeps its port, translated. `root` is the folder of the
 * sandbox that mirrors `/`.
 */
export function createTranslation(ports: readonly PortPair[], root: string): Translation {
  const student = new Map(ports.map((pair) => [String(pair.sandbox), String(pair.student)]));
  const address = /(https?:\/\/)?((?:[\w.-]|%[0-9a-f]{2}|\[[0-9a-f:.]+\])+|\*)?:(\d{2,5})(?!\d)/gi;
  const addresses = (text: string) =>
    text.replace(address, (whole, scheme: string | undefined, host: string | undefined, port: string) => {
      const mapped = student.get(port);
      if (mapped === undefined) return whole;
      const isDefault = mapped === (scheme?.toLowerCase() === 'https://' ? '443' : '80');
      if (scheme !== undefined && isDefault) return `${scheme}${host ?? ''}`;
      return `${scheme ?? ''}${host ?? ''}:${mapped}`;
    });
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
