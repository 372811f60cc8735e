import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { getPriority } from 'node:os';
import { afterEach, expect } from 'vitest';
import { childrenOf } from '../testing/daemon.ts';
import { daemon, describeDaemon, until } from '../testing/daemon-tests.ts';

const LIMIT = 120_000;

describeDaemon('what the main context says of workers', (here) => {
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const start = async (main: string, events = ''): Promise<void> => {
    daemon.configure('server { listen 127.0.0.1:PORT; location / { return 200 $pid; } }', main, events);
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
    await daemon.answers(1);
  };
  /** A connection that stays open: with a whole request it comes when it is answered. */
  const open = (request: string): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(daemon.port, '127.0.0.1', () => socket.write(request));
      sockets.push(socket);
      // A refused one ends so.
      socket.on('error', () => resolve(socket));
      if (!request.endsWith('\r\n\r\n')) socket.once('connect', () => resolve(socket));
      else socket.once('data', () => resolve(socket));
    });

  here('worker_priority, working_directory and user', { timeout: LIMIT }, async () => {
    const root = process.geteuid?.() === 0;
    await start(`worker_priority 19; working_directory /tmp; ${root ? 'user www-data;' : ''}`);
    const [worker] = childrenOf(daemon.pid());
    expect(getPriority(worker!)).toBe(19);
    expect(readlinkSync(`/proc/${worker}/cwd`)).toBe(realpathSync('/tmp'));
    if (root) expect(readFileSync(`/proc/${worker}/status`, 'latin1')).toMatch(/^Uid:\t33\t33\t33\t33$/m);
  });

  here('a client beyond worker_connections is refused while all others ask something', { timeout: LIMIT }, async () => {
    await start('', 'worker_connections 6;');
    // One is the listening socket's, one the channel to the master. Who has come and isn't read yet may have to go again.
    await until('a client is refused', async () => {
      await open('GET / HT');
      return daemon.get().then(
        () => false,
        () => daemon.errorLog.includes('[alert]'),
      );
    });
    expect(daemon.errorLog).toMatch(/\[alert\] .*6 worker_connections are not enough\n/);
    for (const socket of sockets.splice(0)) socket.destroy();
    await until('there is room again', () => daemon.get().then(Boolean, () => false));
  });

  here('a connection that is only kept makes room for a new client', { timeout: LIMIT }, async () => {
    await start('', 'worker_connections 6;');
    const kept = await open('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const closed = new Promise((resolve) => kept.once('close', resolve));
    for (let i = 0; i < 3; i++) await open('GET / HT');
    expect(await daemon.get()).toMatch(/^200/);
    kept.resume();
    await closed;
    const words = '6 worker_connections are not enough, reusing connections';
    await until('it is logged', () => daemon.errorLog.includes(words));
  });
});
