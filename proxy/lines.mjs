/** Calls `take` with each whole line that comes from a stream of UTF-8. */
export function onLine(stream, take) {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece) => {
    text += piece;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      take(line);
    }
  });
}
