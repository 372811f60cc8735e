import type { Address, Network } from './addresses.ts';

/** Values by address. */
export interface GeoTable {
  find(address: Address): string | undefined;
}

/** Values of networks: the smallest one that an address is in decides. Stands for nginx's radix trees. */
export class GeoNetworks implements GeoTable {
  /** By family and length, longest first, and by what is left of the address. */
  readonly #tables = { 4: new Map<number, Map<bigint, string>>(), 6: new Map<number, Map<bigint, string>>() };

  /** Returns the value it replaces, if there was one. */
  add(network: Network, value: string): string | undefined {
    const tables = this.#tables[network.family];
    let table = tables.get(network.length);
    if (table === undefined) {
      table = new Map();
      tables.set(network.length, table);
      this.#tables[network.family] = new Map([...tables].sort(([a], [b]) => b - a));
    }
    const key = keyOf(network, network.length);
    const old = table.get(key);
    table.set(key, value);
    return old;
  }

  /** Whether there was one. */
  delete(network: Network): boolean {
    return this.#tables[network.family].get(network.length)?.delete(keyOf(network, network.length)) ?? false;
  }

  find(address: Address): string | undefined {
    for (const [length, table] of this.#tables[address.family]) {
      const value = table.get(keyOf(address, length));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

function keyOf(address: Address, length: number): bigint {
  return address.value >> BigInt((address.family === 4 ? 32 : 128) - length);
}

interface Range {
  start: number;
  end: number;
  value: string;
}

const BLOCK = 0x10000;

/** Values of ranges of IPv4 addresses, kept in order in blocks of 65536 as nginx keeps them, for its errors name the piece in the block. */
export class GeoRanges implements GeoTable {
  fallback: string | undefined;
  readonly #blocks = new Map<number, Range[]>();

  find(address: Address): string | undefined {
    const value = address.family === 4 ? Number(address.value) : 0xffffffff;
    const ranges = this.#blocks.get(Math.floor(value / BLOCK)) ?? [];
    const low = value % BLOCK;
    let [from, to] = [0, ranges.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const range = ranges[middle]!;
      if (low < range.start) to = middle;
      else if (low > range.end) from = middle + 1;
      else return range.value;
    }
    return this.fallback;
  }

  /** Adds a range, or puts it into a larger one; calls `duplicate` for one that is there. Returns the piece that it overlaps, if any. */
  add(first: number, last: number, value: string, duplicate: (old: string) => void): string | undefined {
    for (const { block, start, end } of pieces(first, last)) {
      const ranges = this.#blocks.get(block) ?? [];
      this.#blocks.set(block, ranges);
      let index = ranges.length - 1;
      while (index >= 0 && end < ranges[index]!.start) index--;
      const near = ranges[index];
      if (near === undefined || start > near.end) {
        ranges.splice(index + 1, 0, { start, end, value });
      } else if (start === near.start && end === near.end) {
        duplicate(near.value);
        near.value = value;
      } else if (start >= near.start && end <= near.end) {
        const around = [
          { start: near.start, end: start - 1, value: near.value },
          { start, end, value },
          { start: end + 1, end: near.end, value: near.value },
        ];
        ranges.splice(index, 1, ...around.filter((range) => range.start <= range.end));
      } else {
        const [high, low] = [block >> 8, block & 0xff];
        const name = (at: number): string => `${high}.${low}.${at >> 8}.${at & 0xff}`;
        return `${name(near.start)}-${name(near.end)}`;
      }
    }
    return undefined;
  }

  /** Whether all of it was there. */
  delete(first: number, last: number): boolean {
    let all = true;
    for (const { block, start, end } of pieces(first, last)) {
      const ranges = this.#blocks.get(block) ?? [];
      const index = ranges.findIndex((range) => range.start === start && range.end === end);
      if (index < 0) all = false;
      else ranges.splice(index, 1);
    }
    return all;
  }
}

function* pieces(first: number, last: number): Iterable<{ block: number; start: number; end: number }> {
  for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block++) {
    const start = Math.max(first - block * BLOCK, 0);
    yield { block, start, end: Math.min(last - block * BLOCK, BLOCK - 1) };
  }
}
