import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NO_TRAFFIC, OwnTraffic } from '../http/traffic.ts';
import { TrafficClient } from './traffic-client.ts';
import { TrafficHost, type TrafficMember } from './traffic-host.ts';
import type { TrafficMessage } from './traffic-messages.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('an answer that never comes holds up no page for long, and none that is asked for after it', () => {
  const sent: TrafficMessage[] = [];
  const client = new TrafficClient(new OwnTraffic(), (message) => void sent.push(message));
  const answered: string[] = [];
  client.ask(() => void answered.push('first'));
  client.ask(() => void answered.push('second'));
  vi.advanceTimersByTime(2_000);
  expect(answered).toEqual(['first']);
  expect(sent).toEqual([{ traffic: 'ask' }, { traffic: 'ask' }]);
  client.receive({ traffic: 'others', counts: { ...NO_TRAFFIC, requests: 7 } });
  expect(answered).toEqual(['first', 'second']);
  expect(client.known().requests).toBe(7);
  client.ask(() => void answered.push('third'));
  expect(sent).toHaveLength(3);
  client.receive({ traffic: 'others', counts: NO_TRAFFIC });
  expect(answered).toEqual(['first', 'second', 'third']);
  expect(vi.getTimerCount()).toBe(0);
});

test('what a worker said before it ended counts once, though its last words come after its end', () => {
  const told: TrafficMessage[] = [];
  const asker: TrafficMember = { sendTraffic: (message) => void told.push(message) };
  const gone: TrafficMember = { sendTraffic: () => undefined };
  const host = new TrafficHost();
  host.join(asker);
  host.join(gone);
  const counts = { ...NO_TRAFFIC, requests: 3, active: 1 };
  host.receive(gone, { traffic: 'counted', gathering: 0, counts });
  host.leave(gone);
  host.receive(gone, { traffic: 'counted', gathering: 0, counts });
  host.receive(asker, { traffic: 'ask' });
  expect(told).toEqual([{ traffic: 'others', counts: { ...NO_TRAFFIC, requests: 3 } }]);
});
