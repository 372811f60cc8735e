import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf } from './address.ts';
import type { Balancer, Client } from './balancer.ts';
import { consistentHash, hash } from './hash.ts';
import { ipHash } from './ip-hash.ts';
import { leastConn } from './least-conn.ts';
import { createPeers, type Peers, type ServerParameters } from './peer.ts';
import { random } from './random.ts';
import { roundRobin } from './round-robin.ts';

const NOW = 1_000_000;
const anyone: Client = { remoteAddress: '127.0.0.1', key: () => 'key' };

function server(port: number, more: Partial<ServerParameters> = {}): ServerParameters {
  const name = `127.0.0.1:${port}`;
  const addresses = [addressOf('127.0.0.1', port)];
  const rest = { weight: 1, maxFails: 1, failTimeout: 10_000, maxConnections: 0, backup: false, down: false };
  return { name, addresses, ...rest, ...more };
}

const group = (...servers: ServerParameters[]): Peers => createPeers('group', servers);

/** One request from choice to answer; the port it went to. */
function ask(balancer: Balancer, client = anyone, now = NOW): number | undefined {
  const selection = balancer.select(client);
  const peer = selection.get(now);
  if (peer !== undefined) selection.free(peer, 'ok', now);
  return peer?.address.port;
}

const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 });

describe('round robin', () => {
  test("weights 5, 1, 1 give nginx's smooth sequence", () => {
    const balancer = roundRobin(group(server(1, { weight: 5 }), server(2), server(3)));
    expect(Array.from({ length: 7 }, () => ask(balancer))).toEqual([1, 1, 2, 1, 3, 1, 1]);
  });

  test('every server gets exactly its weight in each round', () => {
    fc.assert(
      fc.property(weights, (list) => {
        const balancer = roundRobin(group(...list.map((weight, i) => server(i + 1, { weight }))));
        const total = list.reduce((sum, weight) => sum + weight, 0);
        const got = Array.from({ length: total }, () => ask(balancer));
        expect(list.map((_, i) => got.filter((port) => port === i + 1).length)).toEqual(list);
      }),
    );
  });

  test('a request tries each server once, then the backups, then nobody', () => {
    const selection = roundRobin(group(server(1), server(2), server(3, { backup: true }))).select(anyone);
    const ports = [];
    for (let peer = selection.get(NOW); peer !== undefined; peer = selection.get(NOW)) {
      ports.push(peer.address.port);
      selection.free(peer, 'failed', NOW);
    }
    expect(ports).toEqual([1, 2, 3]);
    expect(selection.tries).toBe(0);
  });

  test('a failed server rests for fail_timeout, and one good answer after that brings it back', () => {
    const balancer = roundRobin(group(server(1), server(2)));
    const first = balancer.select(anyone);
    first.free(first.get(NOW)!, 'failed', NOW);
    expect(Array.from({ length: 4 }, () => ask(balancer, anyone, NOW + 10_000))).toEqual([2, 2, 2, 2]);
    const later = Array.from({ length: 4 }, () => ask(balancer, anyone, NOW + 11_000));
    expect(later).toContain(1);
  });

  test('a lone server is tried although it failed', () => {
    const balancer = roundRobin(group(server(1)));
    const selection = balancer.select(anyone);
    selection.free(selection.get(NOW)!, 'failed', NOW);
    expect(ask(balancer)).toBe(1);
  });

  test('a server that is full or down is passed over', () => {
    const balancer = roundRobin(group(server(1, { maxConnections: 1 }), server(2, { down: true }), server(3)));
    const holding = balancer.select(anyone).get(NOW);
    expect(holding?.address.port).toBe(1);
    expect([ask(balancer), ask(balancer)]).toEqual([3, 3]);
  });
});

test('least_conn prefers the server with fewest requests for its weight', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 40 }), (list, requests) => {
      const peers = group(...list.map((weight, i) => server(i + 1, { weight })));
      const balancer = leastConn(peers);
      for (let i = 0; i < requests; i++) balancer.select(anyone).get(NOW);
      for (const a of peers.list)
        for (const b of peers.list) {
          expect((a.connections - 1) / a.weight).toBeLessThanOrEqual(b.connections / b.weight);
        }
    }),
  );
});

describe('hashing', () => {
  test('ip_hash sends a /24 network to one server', () => {
    const balancer = ipHash(group(server(1), server(2), server(3)));
    const of = (address: string): number | undefined => ask(balancer, { remoteAddress: address, key: () => '' });
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(255), (address, last) => {
        expect(of(address.replace(/\d+$/, String(last)))).toBe(of(address));
      }),
    );
  });

  test('ip_hash takes every form of the same IPv6 address for one client', () => {
    const balancer = ipHash(group(server(1), server(2), server(3)));
    const of = (address: string): number | undefined => ask(balancer, { remoteAddress: address, key: () => '' });
    expect(of('2001:db8:0:0:0:0:0:1')).toBe(of('2001:db8::1'));
    expect(of('::ffff:192.0.2.1')).toBe(of('::ffff:c000:201'));
  });

  test.each([
    ['hash', hash],
    ['hash consistent', consistentHash],
  ])('%s sends a key to the same server while all is well, and to another live one when that rests', (_, factory) => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (key) => {
        const balancer = factory(group(server(1), server(2), server(3)));
        const client = { remoteAddress: '127.0.0.1', key: () => key };
        const first = ask(balancer, client);
        expect(ask(balancer, client)).toBe(first);
        const selection = balancer.select(client);
        selection.free(selection.get(NOW)!, 'failed', NOW);
        expect([1, 2, 3]).toContain(ask(balancer, client));
        expect(ask(balancer, client)).not.toBe(first);
      }),
      { numRuns: 20 },
    );
  });

  test('hash consistent moves only the keys of the server that went', () => {
    const before = consistentHash(group(server(1), server(2), server(3)));
    const after = consistentHash(group(server(1), server(2), server(3, { down: true })));
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (key) => {
        const client = { remoteAddress: '127.0.0.1', key: () => key };
        const owner = ask(before, client);
        if (owner !== 3) expect(ask(after, client)).toBe(owner);
      }),
    );
  });
});

test('random two never takes the busier of two servers', () => {
  const peers = group(server(1), server(2));
  const balancer = random(true)(peers);
  for (let i = 0; i < 20; i++) balancer.select(anyone).get(NOW);
  expect(peers.list.map((peer) => peer.connections)).toEqual([10, 10]);
});
