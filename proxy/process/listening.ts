import { chmodSync, closeSync, rmSync } from 'node:fs';
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { failedCall, systemPath } from '../config/index.ts';
import type { Listener } from '../http/configuration.ts';

/** A socket that is bound and that nobody here takes connections from. */
interface Bound {
  readonly fd: number;
  /** Bound with SO_REUSEPORT: each worker has one of its own. */
  readonly shared: boolean;
  close(): void;
}

/** What Node has behind `net.Server`, and `node:cluster` uses for its workers; none of it is public. */
interface Handle {
  readonly fd: number;
  getsockname?(out: object): number;
  close(): void;
}
type CreateHandle = (
  address: string | null,
  port: number,
  addressType: number,
  fd?: number,
  flags?: number,
) => Handle | number;

/** libuv's flags for bind. */
const IPV6_ONLY = 1;
const REUSE_PORT = 2;

/**
 * The listening sockets of a master. They are its own: workers inherit them as open files, so that a queue of
 * connections outlives the workers of a configuration, and even the master (`SIGUSR2`). A public `listen` would make the
 * master take connections itself, so they are only bound here, and it is the workers that call `listen`.
 */
export class ListeningSockets {
  readonly #open = new Map<string, readonly Bound[]>();
  /** File numbers that were inherited: processes started from here have them, wanted or not. */
  #inherited: readonly number[] = [];

  /** Takes over the sockets that a master passes on: `4=0.0.0.0:80;5=unix:/path;`. */
  inherit(list: string): void {
    const entries = list.split(';').filter((entry) => entry !== '');
    for (const entry of entries) {
      const equals = entry.indexOf('=');
      const text = decodeURIComponent(entry.slice(equals + 1));
      const fd = Number(entry.slice(0, equals));
      this.#inherited = [...this.#inherited, fd];
      this.#open.set(text, [...(this.#open.get(text) ?? []), { fd, shared: false, close: () => closeSync(fd) }]);
    }
  }

  /**
   * Binds what isn't bound yet; says what could not be, in nginx's words, and has then changed nothing. What is no
   * longer wanted is closed by `use`. `workers`: how many sockets an address with `reuseport` gets.
   */
  open(listeners: readonly Listener[], workers: number): { errors: string[]; use: () => void } {
    const added = new Map<string, readonly Bound[]>();
    const errors: string[] = [];
    for (const listener of listeners) {
      const known = this.#open.get(listener.text) ?? [];
      const wanted = listener.reuseport ? workers : 1;
      if (known.length >= wanted || (known.length > 0 && !known[0]!.shared)) continue;
      const bound: Bound[] = [];
      try {
        while (known.length + bound.length < wanted) bound.push(bind(listener));
        added.set(listener.text, [...known, ...bound]);
      } catch (error) {
        errors.push(bindFailure(listener.text, error));
        for (const each of bound) each.close();
      }
    }
    if (errors.length > 0) {
      for (const [text, all] of added) for (const each of all) if (!this.#open.get(text)?.includes(each)) each.close();
      return { errors, use: () => undefined };
    }
    for (const [text, all] of added) this.#open.set(text, all);
    const use = (): void => {
      for (const [text, all] of this.#open) {
        if (!listeners.some((listener) => listener.text === text)) this.#close(text);
        // From the queue of a socket that none of fewer workers has nobody would take connections.
        else if (all[0]?.shared) {
          for (const each of all.slice(workers)) each.close();
          this.#open.set(text, all.slice(0, workers));
        }
      }
    };
    return { errors, use };
  }

  /** The socket of each address for the worker of that number. */
  of(listeners: readonly Listener[], worker: number): readonly (readonly [text: string, fd: number])[] {
    return listeners.map(({ text }) => {
      const all = this.#open.get(text)!;
      return [text, all[worker % all.length]!.fd] as const;
    });
  }

  /** All of them. */
  get all(): readonly (readonly [text: string, fd: number])[] {
    return [...this.#open].flatMap(([text, all]) => all.map(({ fd }) => [text, fd] as const));
  }

  /** Numbers from `first` on under which a process started from here has open files that it knows nothing of. */
  strays(first: number): readonly number[] {
    return this.#inherited.filter((fd) => fd >= first);
  }

  /** Closes all; the files of Unix sockets go with them. */
  close(): void {
    for (const text of [...this.#open.keys()]) this.#close(text);
  }

  #close(text: string): void {
    for (const each of this.#open.get(text) ?? []) each.close();
    this.#open.delete(text);
    if (text.startsWith(UNIX)) rmSync(systemPath(text.slice(UNIX.length)), { force: true });
  }
}

const UNIX = 'unix:';

const createHandle: CreateHandle = (net as unknown as { _createServerHandle: CreateHandle })._createServerHandle;

function bind({ address, port, unix, ipv6only, reuseport }: Listener): Bound {
  const six = address.includes(':');
  const handle = unix
    ? createHandle(systemPath(address), -1, -1)
    : createHandle(
        address,
        port,
        six ? 6 : 4,
        undefined,
        (six && ipv6only ? IPV6_ONLY : 0) | (reuseport ? REUSE_PORT : 0),
      );
  if (typeof handle === 'number') throw systemError(handle);
  // An address that is taken shows up here.
  const problem = handle.getsockname?.({}) ?? 0;
  if (problem !== 0) {
    handle.close();
    throw systemError(problem);
  }
  // Anybody may connect, as with nginx.
  if (unix) chmodSync(systemPath(address), 0o666);
  return { fd: handle.fd, shared: reuseport, close: () => handle.close() };
}

function systemError(errno: number): NodeJS.ErrnoException {
  return Object.assign(new Error('bind failed'), { errno, code: getSystemErrorName(errno) });
}

/** `bind() to 0.0.0.0:80 failed (98: Address already in use)`. */
export function bindFailure(text: string, error: unknown): string {
  return failedCall('bind', `\0${text}`, error)
    .replace(/"\0([^"]*)"/, '$1')
    .replace('()', '() to');
}
