// fails: lab8.expires
// ways: for-ever, a-second, ten-seconds
// Answers are kept too long, or not long enough.
import { serveKeptLists } from '../kept-lists.ts';

const ways: Readonly<Record<string, number>> = { 'for-ever': 1e12, 'a-second': 1_500, 'ten-seconds': 10_000 };

serveKeptLists({ lifetime: ways[process.argv[2]!]! });
