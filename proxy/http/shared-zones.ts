import { ConfigError, PlacelessError, parseSize } from '../config/index.ts';
import type { Build } from './module.ts';
import type { ZoneContents } from './zone-keeper.ts';

/** A named piece of memory that requests share: what `keys_zone`, `limit_req_zone zone=` and the like declare. */
export interface SharedZone {
  readonly name: string;
  /** Bytes; 0 until some directive declares it. */
  size: number;
  /** What the module that declared it keeps in it; taken over by the next configuration. */
  state: unknown;
  /** What of it every process that serves must agree on. */
  contents: ZoneContents | undefined;
}

interface OwnedZone extends SharedZone {
  /** The name of the module that may use it. */
  readonly owner: string;
}

/** The zones of one configuration, by name. Source: ngx_shared_memory_add. */
export class SharedZones {
  readonly #zones = new Map<string, OwnedZone>();

  /** The zone of that name: declared here when `size` isn't 0, referred to otherwise. Throws nginx's errors. */
  add(name: string, size: number, owner: string): SharedZone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = { name, size, owner, state: undefined, contents: undefined };
      this.#zones.set(name, zone);
      return zone;
    }
    if (zone.owner !== owner) {
      throw new ConfigError(`the shared memory zone "${name}" is already declared for a different use`);
    }
    if (zone.size === 0) zone.size = size;
    if (size !== 0 && size !== zone.size) {
      throw new ConfigError(
        `the size ${size} of shared memory zone "${name}" conflicts with already declared size ${zone.size}`,
      );
    }
    return zone;
  }

  /** What the zone of that name and size holds, for the configuration that follows this one. */
  stateOf(name: string, size: number, owner: string): unknown {
    const zone = this.#zones.get(name);
    return zone !== undefined && zone.size === size && zone.owner === owner ? zone.state : undefined;
  }

  /** The zone of that name; asked for by who was told the name. */
  named(name: string): SharedZone {
    return this.#zones.get(name)!;
  }

  /** Those that hold something which is the same for all processes. */
  get withContents(): readonly (SharedZone & { readonly contents: ZoneContents })[] {
    return [...this.#zones.values()].filter(
      (zone): zone is OwnedZone & { contents: ZoneContents } => zone.contents !== undefined,
    );
  }

  /** Throws for a zone that was used and not declared. */
  check(): void {
    for (const zone of this.#zones.values()) {
      if (zone.size === 0) throw new PlacelessError(`zero size shared memory zone "${zone.name}"`);
    }
  }
}

const PAGE = 4096;

/** Bytes that a zone of this size has for entries: nginx's slab allocator keeps its own tables, and a page for names. */
export function roomIn(size: number): number {
  return (Math.floor((size - 800) / (PAGE + 24)) - 1) * PAGE;
}

/** What an entry of so many bytes takes of the room: the next power of two, whole pages beyond 2 KB. */
export function slabSize(bytes: number): number {
  if (bytes > PAGE / 2) return Math.ceil(bytes / PAGE) * PAGE;
  let size = 8;
  while (size < bytes) size *= 2;
  return size;
}

/** Name and size of a `zone=name:size` parameter. Throws nginx's errors. */
export function zoneParameter(text: string, build: Build): { readonly name: string; readonly size: number } {
  const colon = text.indexOf(':');
  const size = colon < 0 ? undefined : parseSize(text.slice(colon + 1));
  if (size === undefined) return build.fail(`invalid zone size "${text}"`);
  if (size < 8 * PAGE) build.fail(`zone "${text}" is too small`);
  return { name: text.slice('zone='.length, colon), size };
}
