/** One line on stderr that says what is going on, rewritten as it changes. Nothing at all when stderr is no terminal. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

const clearLine = '\r\u001b[2K';

export function createProgressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show() {}, clear() {} };
  let shown = false;
  return {
    show(text) {
      shown = true;
      stream.write(`${clearLine}  ${text.slice(0, Math.max(20, (stream.columns ?? 80) - 4))}`);
    },
    clear() {
      if (shown) stream.write(clearLine);
      shown = false;
    },
  };
}
