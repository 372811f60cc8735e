const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October'],
  ...['November', 'December'],
];

/** A date in the format of strftime(3), in the C locale; `utc` or the local time. */
export function strftime(format: string, date: Date, utc: boolean): string {
  const at = utc ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
  const hours = at.getUTCHours();
  const day = at.getUTCDay();
  const yearDay = Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / 86_400_000);
  const offset = utc ? 0 : -date.getTimezoneOffset();
  const zone = utc
    ? 'GMT'
    : (new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
        .formatToParts(date)
        .find(({ type }) => type === 'timeZoneName')?.value ?? '');
  const one: Readonly<Record<string, () => string>> = {
    a: () => DAYS[day]!.slice(0, 3),
    A: () => DAYS[day]!,
    b: () => MONTHS[at.getUTCMonth()]!.slice(0, 3),
    B: () => MONTHS[at.getUTCMonth()]!,
    d: () => two(at.getUTCDate()),
    e: () => two(at.getUTCDate(), ' '),
    H: () => two(hours),
    I: () => two(hours % 12 === 0 ? 12 : hours % 12),
    j: () => String(yearDay + 1).padStart(3, '0'),
    m: () => two(at.getUTCMonth() + 1),
    M: () => two(at.getUTCMinutes()),
    n: () => '\n',
    p: () => (hours < 12 ? 'AM' : 'PM'),
    s: () => String(Math.floor(date.getTime() / 1000)),
    S: () => two(at.getUTCSeconds()),
    t: () => '\t',
    u: () => String(day === 0 ? 7 : day),
    w: () => String(day),
    y: () => two(at.getUTCFullYear() % 100),
    Y: () => String(at.getUTCFullYear()),
    z: () => `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`,
    Z: () => (zone === 'UTC' ? 'UTC' : zone),
    '%': () => '%',
  };
  const whole: Readonly<Record<string, string>> = {
    c: '%a %b %e %H:%M:%S %Y',
    D: '%m/%d/%y',
    F: '%Y-%m-%d',
    h: '%b',
    r: '%I:%M:%S %p',
    R: '%H:%M',
    T: '%H:%M:%S',
    x: '%m/%d/%y',
    X: '%H:%M:%S',
  };
  const expanded = format.replace(/%([cDFhrRTxX])/g, (_, letter: string) => whole[letter]!);
  return expanded.replace(/%([a-zA-Z%])/g, (written, letter: string) => one[letter]?.() ?? written);
}
