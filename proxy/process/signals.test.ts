import { spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EngineName, ServerProgram } from '../testing/server-program.ts';
import { nginxMissing } from '../testing/side-by-side.ts';
import { until, within } from '../testing/until.ts';

/** An application that keeps its connections, and answers `/slow` only when told to. */
class Application {
  readonly sockets = new Set<Socket>();
  readonly held: (() => void)[] = [];
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  port = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (bytes) => {
      const answer = (): void => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone');
      if (bytes.includes('/slow')) this.held.push(answer);
      else answer();
    });
  }
}

let application: Application;
let server: ServerProgram | undefined;
beforeEach(async () => {
  application = new Application();
  await application.start();
});
afterEach(async () => {
  await server?.stop();
  application.stop();
});

const engines: readonly EngineName[] = ['nginx', 'reference'];

describe.each(engines)('signals: %s', (engine) => {
  const skipped = engine === 'nginx' && nginxMissing !== undefined;
  const configuration = (name: string, more = ''): string => `
    upstream kept { server 127.0.0.1:${application.port}; keepalive 4; }
    server {
      listen 127.0.0.1:PORT;
      location / { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
      access_log FOLDER/access.log;
      location = /name { return 200 ${name}; } ${more}
    }`;
  const start = async (): Promise<ServerProgram> => {
    server = await ServerProgram.start(engine, configuration('first'));
    return server;
  };

  test.skipIf(skipped)('QUIT with an idle upstream connection ends at once', async () => {
    const program = await start();
    expect(await program.get('/')).toContain('done');
    expect(application.sockets.size).toBe(1);
    program.signal('SIGQUIT');
    expect(await program.exited).toBe(0);
  });

  test.skipIf(skipped)('QUIT finishes the request under way and takes no other', async () => {
    const program = await start();
    const slow = program.get('/slow', '');
    await until('the application has the request', () => application.held.length === 1);
    program.signal('SIGQUIT');
    await until('no request is taken', () =>
      program.get('/name').then(
        () => false,
        () => true,
      ),
    );
    expect(program.process.exitCode).toBe(null);
    application.held[0]!();
    expect(await slow).toMatch(/Connection: close[\s\S]*done$/);
    expect(await program.exited).toBe(0);
  });

  test.skipIf(skipped)(
    'HUP: new requests get the new configuration, old ones their answer, idle connections go',
    async () => {
      const program = await start();
      await Promise.all([program.get('/'), program.get('/')]);
      const slow = program.get('/slow', '');
      await until('the application has the request', () => application.held.length === 1);
      program.rewrite(configuration('second'));
      program.signal('SIGHUP');
      await until('the second configuration answers', async () => (await program.get('/name')).endsWith('second'));
      // What was idle is closed, the request under way has its connection.
      await until('one connection is left', () => application.sockets.size === 1);
      application.held[0]!();
      expect(await slow).toMatch(/Connection: close[\s\S]*done$/);
      await until('no connection is left', () => application.sockets.size === 0);
      expect(await program.get('/')).toContain('done');
    },
  );

  test.skipIf(skipped)('HUP with a broken configuration changes nothing', async () => {
    const program = await start();
    await program.get('/');
    program.rewrite(configuration('second', 'proxy_passs http://nowhere;'));
    program.signal('SIGHUP');
    await until('the error is logged', () => program.errorLog.includes('[emerg]'));
    expect(program.errorLog).toMatch(/\[emerg\] .*unknown directive "proxy_passs" in .*nginx\.conf:\d+\n/);
    expect(await program.get('/name')).toMatch(/first$/);
    expect(application.sockets.size).toBe(1);
  });

  test.skipIf(skipped)('HUP again and again leaves nothing behind', async () => {
    const program = await start();
    for (let round = 0; round < 12; round++) {
      program.rewrite(configuration(`round${round}`));
      program.signal('SIGHUP');
      await until(`round ${round} answers`, async () => (await program.get('/name')).endsWith(`round${round}`));
      await program.get('/');
    }
    await until('at most one connection is left', () => application.sockets.size <= 1);
    expect(program.stderr).toBe('');
  });
});

test('an idle upstream connection does not keep a program alive', async () => {
  const index = new URL('../index.ts', import.meta.url).href;
  const script = `
    import { connect } from 'node:net';
    import { forward, pool, serve } from '${index}';
    const behind = pool(['127.0.0.1:${application.port}']);
    const { port, close } = await serve({ port: 0, handler: (exchange) => forward(exchange, behind) });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n');
    socket.on('end', () => { console.log('answered'); void close(); });
    socket.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await within('the end of the program', new Promise((resolve) => child.once('close', resolve))).finally(
    () => child.kill('SIGKILL'),
  );
  expect(said).toBe('answered\n');
  expect(code).toBe(0);
});
