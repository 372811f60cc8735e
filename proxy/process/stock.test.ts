import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { buildConfiguration } from '../http/build-configuration.ts';
import { modules } from '../modules/index.ts';
import { freePort } from '../testing/free-port.ts';
import { type EngineName, ServerProgram } from '../testing/server-program.ts';
import { comparable, nginxMissing } from '../testing/side-by-side.ts';

const stock = fileURLToPath(new URL('../testing/stock', import.meta.url));
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.family === 'IPv6');

/** A copy of a package's /etc/nginx whose paths and port are those of a test, and nothing else is changed. */
function install(name: string, folder: string, port: number): string {
  const etc = path.join(folder, 'etc');
  cpSync(path.join(stock, name), etc, { recursive: true });
  cpSync(path.join(stock, 'mime.types'), path.join(etc, 'mime.types'));
  for (const made of ['html', 'log', 'etc/conf.d', 'etc/modules-enabled'])
    mkdirSync(path.join(folder, made), { recursive: true });
  writeFileSync(path.join(folder, 'html/index.html'), '<h1>Welcome</h1>\n'.repeat(40));
  for (const file of globSync('**/*', { cwd: etc })
    .map((one) => path.join(etc, one))
    .filter((one) => /default(\.conf)?$|nginx\.conf$/.test(one))) {
    const text = readFileSync(file, 'latin1')
      .replaceAll('/etc/nginx', etc)
      .replaceAll('/var/log/nginx', `${folder}/log`)
      .replaceAll(/\/var\/www\/html|\/usr\/share\/nginx\/html/g, `${folder}/html`)
      .replaceAll('/run/nginx.pid', `${folder}/nginx.pid`)
      .replace(/^user .*;/m, process.geteuid?.() === 0 ? 'user root;' : '')
      .replace(/^(\s*listen\s+\[::\]:)80\b/m, hasIpv6 ? `$1${port}` : `#$1${port}`)
      .replace(/^(\s*listen\s+)80\b/m, `$1${port}`);
    writeFileSync(file, text, 'latin1');
  }
  return path.join(etc, 'nginx.conf');
}

describe.each(['debian', 'nginx.org'])('the configuration that %s installs', (name) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stock-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read without a word', () => {
    const file = install(name, folder, 8080);
    const configuration = buildConfiguration({ file, prefix: folder, modules });
    expect(configuration.warnings.filter((warning) => !warning.includes('"user" directive'))).toEqual([]);
    expect(configuration.listeners.map((listener) => listener.port)).toContain(8080);
  });

  test.skipIf(nginxMissing !== undefined)('serves as nginx serves it', async () => {
    const run = async (engine: EngineName): Promise<string[]> => {
      const home = mkdtempSync(path.join(tmpdir(), 'stock-run-'));
      const port = await freePort();
      const server = await ServerProgram.run(engine, home, port, install(name, home, port));
      try {
        const seen = [
          await server.get('/'),
          await server.get('/', 'Accept-Encoding: gzip\r\nConnection: close\r\n'),
          await server.get('/missing'),
          await server.get('/index.html', 'If-None-Match: "x"\r\nRange: bytes=0-3\r\nConnection: close\r\n'),
          await server.get('/%2e%2e/etc/passwd'),
        ].map((text) => comparable({ text, closed: true }).replace(/^(ETag|Last-Modified): .*$/gm, '$1'));
        // The compressed bytes are those of another zlib.
        return seen.map((text) => text.replace(/(Content-Encoding: gzip[\s\S]*?\r\n\r\n)[\s\S]*$/, '$1GZIP'));
      } finally {
        await server.stop();
      }
    };
    const [theirs, ours] = await Promise.all([run('nginx'), run('reference')]);
    expect(ours).toEqual(theirs);
    expect(ours[0]).toContain('Welcome');
  });
});
