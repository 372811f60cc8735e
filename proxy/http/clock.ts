/**
 * The time as heads and logs write it, formatted at most once a second: formatting a date for each
 * answer would cost more than reading the request. Source: ngx_time_update in nginx's ngx_times.c.
 */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

function offset(date: Date, colon: string): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${colon}${two(size % 60)}`;
}

const clockTime = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** `24/Nov/2026:06:30:00 +0000`, as `$time_local`. */
export function commonLogTime(date: Date): string {
  return `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}:${clockTime(date)} ${offset(date, '')}`;
}

/** `2026-11-24T06:30:00+00:00`, as `$time_iso8601`. */
export function iso8601(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${clockTime(date)}${offset(date, ':')}`;
}

/** `2026/11/24 06:30:00`, as the error log has it. */
export function errorLogTime(date: Date): string {
  return `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())} ${clockTime(date)}`;
}

/** The current time in all forms, refreshed when the second changes. */
export class Clock {
  #second = -1;
  #date = '';
  #common: string | undefined;
  #iso: string | undefined;
  #error: string | undefined;

  #tick(): number {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = new Date(second * 1000).toUTCString();
      this.#common = undefined;
      this.#iso = undefined;
      this.#error = undefined;
    }
    return second;
  }

  /** Whole seconds since 1970. */
  get second(): number {
    return this.#tick();
  }

  /** IMF-fixdate (RFC 9110, 5.6.7). */
  get httpDate(): string {
    this.#tick();
    return this.#date;
  }

  get common(): string {
    const second = this.#tick();
    this.#common ??= commonLogTime(new Date(second * 1000));
    return this.#common;
  }

  get iso(): string {
    const second = this.#tick();
    this.#iso ??= iso8601(new Date(second * 1000));
    return this.#iso;
  }

  get error(): string {
    const second = this.#tick();
    this.#error ??= errorLogTime(new Date(second * 1000));
    return this.#error;
  }
}

/** The process's clock: a cache of the time, which has only one value for everyone. */
export const clock = new Clock();
