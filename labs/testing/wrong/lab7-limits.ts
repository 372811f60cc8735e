// fails: lab7.limited, lab7.downloads-at-once, lab7.download-speed
// ways: asks-first, closes, each-connection, each-page, never
// Refuses after the work is done, without a word, or nobody at all.
import { type Asked, file, pass, pathOf, serve, site } from '../gateway.ts';

const seen = new Map<string, { level: number; at: number }>();
const way = process.argv[2];

function fits(key: string): boolean {
  const now = performance.now();
  const bucket = seen.get(key) ?? { level: -1, at: now };
  const level = Math.max(0, bucket.level - ((now - bucket.at) / 1_000) * 5 + 1);
  if (level > 10) return false;
  seen.set(key, { level, at: now });
  return true;
}

function keyOf({ socket, target }: Asked): string {
  if (way === 'each-connection') return `${socket.remoteAddress}:${socket.remotePort}`;
  if (way === 'each-page') return target;
  return socket.remoteAddress ?? '';
}

serve(async (asked) => {
  if (pathOf(asked) !== '/discover' || way === 'never' || fits(keyOf(asked)))
    return site(asked, (name) => file('poster', name));
  if (way === 'asks-first') await pass(process.env.CATALOG, asked);
  if (way === 'closes') return { status: 0, raw: '' };
  return { status: 429 };
});
