import { existsSync, renameSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect } from 'vitest';
import { childrenOf, isRunning } from '../testing/daemon.ts';
import { application, daemon, describeDaemon, until } from '../testing/daemon-tests.ts';
import { within } from '../testing/until.ts';

const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];

const agents: Agent[] = [];

/** A client that keeps its connection: the number of the worker that answers. Rejects when the connection breaks. */
function client(): () => Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return () => {
    const whole = new Promise<number>((resolve, reject) => {
      request({ port: daemon.port, host: '127.0.0.1', agent }, (response) => {
        let body = '';
        response.on('data', (piece) => (body += piece));
        response.on('end', () => resolve(Number(body)));
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });
    return within('an answer', whole, () => daemon.errorLog);
  };
}

describeDaemon('the workers of a master', (here) => {
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
  });

  const configure = (main = ''): void => {
    const listen = ADDRESSES.map((address) => `listen ${address}:PORT;`).join(' ');
    daemon.configure(
      `keepalive_timeout 1h; keepalive_requests 1000000;
       server { ${listen} location / { return 200 $pid; } location /held { proxy_pass http://127.0.0.1:${application.port}; } }`,
      `worker_processes 2; ${main}`,
    );
  };
  const start = async (main = ''): Promise<number> => {
    configure(main);
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
    await daemon.answers(2);
    return daemon.pid();
  };
  /** Sends a reload, and comes back while the new workers are starting beside the old ones. */
  const reloading = async (pid: number): Promise<number[]> => {
    const old = childrenOf(pid);
    process.kill(pid, 'SIGHUP');
    await until('new workers are there', () => childrenOf(pid).filter((child) => !old.includes(child)).length === 2);
    return old;
  };
  const ended = async (pid: number, workers: readonly number[]): Promise<void> => {
    await until('the server has ended', () => !isRunning(pid));
    expect(workers.filter(isRunning)).toEqual([]);
    expect(daemon.pid()).toBe(0);
  };

  here('when there is a pid file every socket takes connections', async () => {
    configure();
    const started = daemon.start();
    await until('there is a pid file', () => daemon.pid() !== 0);
    const connected = ADDRESSES.map(
      (host) =>
        new Promise<string>((resolve) => {
          const socket = connect({ port: daemon.port, host }, () => {
            socket.destroy();
            resolve('taken');
          });
          socket.on('error', ({ message }) => resolve(message));
        }),
    );
    expect(await Promise.all(connected)).toEqual(ADDRESSES.map(() => 'taken'));
    await started;
  });

  here('a worker that is killed takes nobody along but its own clients', async () => {
    const pid = await start();
    const clients: { ask: () => Promise<number>; worker: number }[] = [];
    await until('both workers have clients', async () => {
      const ask = client();
      clients.push({ ask, worker: await ask() });
      return new Set(clients.map(({ worker }) => worker)).size === 2;
    });
    const victim = clients[0]!.worker;
    const others = clients.filter(({ worker }) => worker !== victim);
    let over = false;
    const answers: unknown[] = [];
    const asking = others.map(async ({ ask, worker }) => {
      while (!over) answers.push((await ask().catch(String)) === worker);
    });
    process.kill(victim, 'SIGKILL');
    await until('the killed one is gone', () => !isRunning(victim));
    // Whoever comes now is answered at once, by the other one until there are two again.
    for (let i = 0; i < 20; i++) expect(await daemon.get()).toMatch(/^200 \d+$/);
    await until('there are two again', () => childrenOf(pid).length === 2);
    await daemon.answers(2);
    over = true;
    await Promise.all(asking);
    expect(new Set(answers)).toEqual(new Set([true]));
  });

  here('one that is killed before it serves is replaced as well', async () => {
    const pid = await start();
    const [survivor, victim] = childrenOf(pid) as [number, number];
    process.kill(victim, 'SIGKILL');
    const killed = [victim];
    for (let i = 0; i < 3; i++) {
      let next: number | undefined;
      await until('there is another', () => {
        next = childrenOf(pid).find((child) => child !== survivor && !killed.includes(child));
        return next !== undefined;
      });
      process.kill(next!, 'SIGKILL');
      killed.push(next!);
    }
    const workers = new Set<string>();
    await until('two workers answer', async () => {
      for (const answer of await daemon.answers(1)) workers.add(answer);
      return workers.size === 2;
    });
    expect(childrenOf(pid)).toHaveLength(2);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    here(`${signal} in the middle of a reload ends everything`, async () => {
      const pid = await start();
      await reloading(pid);
      const workers = childrenOf(pid);
      process.kill(pid, signal);
      await ended(pid, workers);
    });
  }

  here('QUIT in the middle of a reload ends everything, after the answers that are due', async () => {
    const pid = await start();
    const held = daemon.get('/held');
    await until('a request is held', () => application.waiting === 1);
    await reloading(pid);
    const workers = childrenOf(pid);
    process.kill(pid, 'SIGQUIT');
    await until('one worker is left, with what it has to do', () => childrenOf(pid).length === 1);
    application.answer();
    expect(await held).toBe('200 done');
    await ended(pid, workers);
  });

  here('USR1 in the middle of a reload kills nobody, and all write to the new log', async () => {
    const pid = await start();
    const old = await reloading(pid);
    const fresh = childrenOf(pid).filter((child) => !old.includes(child));
    renameSync(daemon.file('error.log'), daemon.file('error.old'));
    process.kill(pid, 'SIGUSR1');
    await until('the old ones are gone', () => !old.some(isRunning));
    expect((await daemon.answers(2)).size).toBe(2);
    expect(childrenOf(pid).sort()).toEqual(fresh.sort());
    await until('there is a new log', () => existsSync(daemon.file('error.log')));
    process.kill(pid, 'SIGQUIT');
    await ended(pid, fresh);
    for (const worker of fresh) expect(daemon.errorLog).toContain(`${worker}#${worker}: gracefully shutting down`);
  });

  here('after worker_shutdown_timeout a request that is still due is cut short', async () => {
    const pid = await start('worker_shutdown_timeout 50ms;');
    const held = daemon.get('/held').catch(() => 'cut short');
    await until('a request is held', () => application.waiting === 1);
    const old = childrenOf(pid);
    process.kill(pid, 'SIGHUP');
    expect(await held).toBe('cut short');
    await until('the old ones are gone', () => !old.some(isRunning));
    expect((await daemon.answers(2)).size).toBe(2);
  });

  here('-s tells the running server: reload, reopen, quit', async () => {
    const pid = await start();
    const old = childrenOf(pid);
    expect(await daemon.command('-s', 'reload')).toBe(0);
    await until('there are new workers alone', () => !old.some(isRunning) && childrenOf(pid).length === 2);
    renameSync(daemon.file('error.log'), daemon.file('error.old'));
    expect(await daemon.command('-s', 'reopen')).toBe(0);
    await until('there is a new log', () => existsSync(daemon.file('error.log')));
    const workers = childrenOf(pid);
    expect(await daemon.command('-s', 'quit')).toBe(0);
    await ended(pid, workers);
    expect(await daemon.command('-s', 'stop')).toBe(1);
  });
});
