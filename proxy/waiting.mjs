import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The server, started before it is known what it is to run: it loads everything, then waits on stdin for one line of
 * JSON, `{"folder": "/where/it/runs", "words": ["-c", "nginx.conf"]}`. When stdin ends, so does the server, so that it
 * never outlives the program that started it, however that ends.
 */
module.enableCompileCache?.();
const { main } = await import('./cli.ts');
const { folder, words } = JSON.parse(await line());
process.chdir(folder);
process.argv = [process.execPath, fileURLToPath(new URL('nginx.mjs', import.meta.url)), ...words];
// Node writes the cache when a process ends by itself; this one is killed once it isn't needed. By then it has done its work once.
setTimeout(() => module.flushCompileCache?.(), 150).unref();
const exitCode = await main(words);
if (exitCode !== undefined) process.exit(exitCode);

/** The first line; what follows is only waited for. */
function line() {
  let text = '';
  return new Promise((resolve) => {
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (piece) => {
      text += piece;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    process.stdin.on('close', () => process.exit(0));
  });
}
