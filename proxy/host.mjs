import module from 'node:module';
import { onLine } from './lines.mjs';

/**
 * One server after another in one process, for who starts many of them: what was loaded and compiled for one serves the next. A
 * line of JSON on stdin starts one, `{"folder": "/where/it/runs", "words": ["-c", "nginx.conf"], "mark": "..."}`, the line `stop`
 * ends it. When one has ended, or could not start, the mark and its exit code are written to stderr, behind all that it said.
 * Only configurations with `master_process off` can be served so. A line `skip MS` lets so many ms go by at
 * once for servers that rest after a failure (proxy/upstream/balancer-time.ts). The end of stdin ends everything.
 */
module.enableCompileCache?.();
const { startServer } = await import('./cli.ts');
const { skipTime } = await import('./upstream/balancer-time.ts');
let server;
let mark;

const ended = (code) => process.stderr.write(`\0${mark} ${code}\n`);

async function obey(line) {
  if (line === 'stop') {
    await server?.terminate();
    if (server !== undefined) ended(0);
    server = undefined;
    return;
  }
  if (line.startsWith('skip ')) {
    skipTime(Number(line.slice(5)));
    return;
  }
  const { folder, words, mark: next } = JSON.parse(line);
  mark = next;
  process.chdir(folder);
  const started = await startServer(words);
  if (typeof started === 'number') ended(started);
  else server = started;
}

let before = Promise.resolve();
onLine(process.stdin, (line) => {
  before = before.then(() => obey(line));
});
process.stdin.on('close', () => process.exit(0));
