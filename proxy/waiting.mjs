import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { onLine } from './lines.mjs';

/**
 * The server, started before it is known what it is to run: it loads everything, then waits on stdin for one line of
 * JSON, `{"folder": "/where/it/runs", "words": ["-c", "nginx.conf"]}`. From then on a line `skip MS` lets so many ms go by at once
 * for servers that rest after a failure (proxy/upstream/balancer-time.ts). When stdin ends, so does the server, so that it never outlives the program that started
 * it, however that ends.
 */
module.enableCompileCache?.();
const { main } = await import('./cli.ts');
const { skipTime } = await import('./upstream/balancer-time.ts');
const begin = Promise.withResolvers();
onLine(process.stdin, (line) => {
  if (line.startsWith('skip ')) skipTime(Number(line.slice(5)));
  else begin.resolve(JSON.parse(line));
});
process.stdin.on('close', () => process.exit(0));
const { folder, words } = await begin.promise;
process.chdir(folder);
process.argv = [process.execPath, fileURLToPath(new URL('nginx.mjs', import.meta.url)), ...words];
// Node writes the cache when a process ends by itself; this one is killed once it isn't needed. By then it has done its work once.
setTimeout(() => module.flushCompileCache?.(), 150).unref();
const exitCode = await main(words);
if (exitCode !== undefined) process.exit(exitCode);
