const TIME = String.raw`(\d\d):(\d\d):(\d\d)`;
/** `Tue, 10 Nov 2002 23:50:13`, `Tuesday, 10-Dec-02 23:50:13` and `Tue Dec 10 23:50:13 2002`; what follows is nobody's concern. */
const RFC822 = new RegExp(`^[^, ]*, *(\\d\\d) (.{3}) (\\d{4}) ${TIME}`, 's');
const RFC850 = new RegExp(`^[^, ]*, *(\\d\\d)-(.{3})-(\\d\\d) ${TIME}`, 's');
const ASCTIME = new RegExp(`^[^, ]* +(.{3}). ?(\\d\\d?) ${TIME} (\\d{4})`, 's');

/** A date of HTTP in milliseconds; NaN when it is none. Source: ngx_parse_http_time; RFC 9110, 5.6.7. */
export function parseHttpDate(text: string): number {
  const usual = RFC822.exec(text);
  if (usual !== null) return timeOf(usual[3]!, usual[2]!, usual[1]!, usual.slice(4));
  const old = RFC850.exec(text);
  if (old !== null) return timeOf(`${Number(old[3]) < 70 ? 20 : 19}${old[3]}`, old[2]!, old[1]!, old.slice(4));
  const c = ASCTIME.exec(text);
  return c === null ? Number.NaN : timeOf(c[6]!, c[1]!, c[2]!, c.slice(3, 6));
}

function timeOf(year: string, name: string, day: string, time: readonly string[]): number {
  const month = monthOf(name);
  const [hour, minute, second] = time.map(Number) as [number, number, number];
  if (month < 0 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(hour, minute, second);
  // A day that the month doesn't have is one of the next.
  return date.getUTCMonth() === month ? date.getTime() : Number.NaN;
}

/** By the letters that tell months apart. */
function monthOf([first, second, third]: string): number {
  switch (first) {
    case 'J':
      return second === 'a' ? 0 : third === 'n' ? 5 : 6;
    case 'M':
      return third === 'r' ? 2 : 4;
    case 'A':
      return second === 'p' ? 3 : 7;
    default:
      return { F: 1, S: 8, O: 9, N: 10, D: 11 }[first!] ?? -1;
  }
}
