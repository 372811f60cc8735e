// fails: lab7.downloads-at-once, lab7.download-speed
// A bucket of tokens: ten fit in, five a second are added.
import { file, pathOf, serve, site } from '../gateway.ts';

const buckets = new Map<string, { tokens: number; at: number }>();

function admits(address: string): boolean {
  const now = performance.now();
  const { tokens, at } = buckets.get(address) ?? { tokens: 10, at: now };
  const left = Math.min(10, tokens + ((now - at) / 1_000) * 5);
  buckets.set(address, { tokens: left < 1 ? left : left - 1, at: now });
  return left >= 1;
}

serve((asked) =>
  pathOf(asked) === '/discover' && !admits(asked.socket.remoteAddress ?? '')
    ? { status: 429 }
    : site(asked, (name) => file('poster', name)),
);
