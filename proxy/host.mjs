import module from 'node:module';

/**
 * One server after another in one process, for who starts many of them: what was loaded and compiled for one serves the next. A
 * line of JSON on stdin starts one, `{"folder": "/where/it/runs", "words": ["-c", "nginx.conf"], "mark": "..."}`, the line `stop`
 * ends it. When one has ended, or could not start, the mark and its exit code are written to stderr, behind all that it said.
 * Only configurations with `master_process off` can be served so. The end of stdin ends everything.
 */
module.enableCompileCache?.();
const { startServer } = await import('./cli.ts');
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
  const { folder, words, mark: next } = JSON.parse(line);
  mark = next;
  process.chdir(folder);
  const started = await startServer(words);
  if (typeof started === 'number') ended(started);
  else server = started;
}

let text = '';
let before = Promise.resolve();
process.stdin.setEncoding('utf8');
process.stdin.on('data', (piece) => {
  text += piece;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    before = before.then(() => obey(line));
  }
});
process.stdin.on('close', () => process.exit(0));
