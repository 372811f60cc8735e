// fails: lab7.recovers, lab7.downloads-at-once, lab7.download-speed
// ways: bans, doubles
// Whoever has used up a burst is kept out for longer than the rate demands.
import { file, pathOf, serve, site } from '../gateway.ts';

const buckets = new Map<string, { level: number; at: number; until: number }>();
const penalty = process.argv[2] === 'bans' ? 60_000 : 3_000;

function fits(key: string): boolean {
  const now = performance.now();
  const bucket = buckets.get(key) ?? { level: -1, at: now, until: 0 };
  const level = Math.max(0, bucket.level - ((now - bucket.at) / 1_000) * 5 + 1);
  if (level > 10 || now < bucket.until) return false;
  buckets.set(key, { level, at: now, until: level >= 8 ? now + penalty : bucket.until });
  return level <= 10;
}

serve((asked) =>
  pathOf(asked) !== '/discover' || fits(asked.socket.remoteAddress ?? '')
    ? site(asked, (name) => file('poster', name))
    : { status: 429 },
);
