import { existsSync, readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { afterEach, expect } from 'vitest';
import { application, daemon, describeDaemon, until } from '../testing/daemon-tests.ts';

const LIMIT = 240_000;
/** ms after which an answer goes that nobody asks for. */
const INACTIVE = 6_000;

const agents: Agent[] = [];

/** The worker that answered, and what its cache said. */
interface Answer {
  readonly worker: number;
  readonly status: string;
}

describeDaemon('the files of a cache of two workers', (here) => {
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
  });

  const configure = (parameters: string): void =>
    daemon.configure(
      `proxy_cache_path FOLDER/cache keys_zone=kept:1m ${parameters};
       keepalive_timeout 1h; keepalive_requests 1000000; proxy_buffering on;
       add_header X-Worker "$pid $upstream_cache_status" always;
       server {
         listen 127.0.0.1:PORT;
         location = /worker { return 200 here; }
         location / { proxy_cache kept; proxy_cache_valid 1h; proxy_pass http://127.0.0.1:${application.port}; }
       }`,
      'worker_processes 2;',
    );
  const start = async (parameters: string): Promise<void> => {
    configure(parameters);
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
  };
  /** Asks over a connection that is kept: the same worker each time. What comes to the application is answered at once. */
  const client = (): ((uri: string) => Promise<Answer>) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return async (uri) => {
      let answer: Answer | undefined;
      request({ port: daemon.port, host: '127.0.0.1', path: uri, agent }, (response) => {
        const [worker, status] = String(response.headers['x-worker']).split(' ');
        response.resume().on('end', () => (answer = { worker: Number(worker), status: status! }));
      })
        .on('error', () => undefined)
        .end();
      await until(`${uri} is answered`, () => {
        application.answer();
        return answer !== undefined;
      });
      return answer!;
    };
  };
  /** A client of each worker. */
  const clients = async (): Promise<((uri: string) => Promise<Answer>)[]> => {
    const found = new Map<number, (uri: string) => Promise<Answer>>();
    await until('each worker has a client', async () => {
      const ask = client();
      found.set((await ask('/worker')).worker, ask);
      return found.size === 2;
    });
    return [...found.values()];
  };
  /** The same after eight answers have been stored by each. */
  const filled = async (): Promise<((uri: string) => Promise<Answer>)[]> => {
    const [one, other] = await clients();
    for (let i = 0; i < 8; i++) {
      await one!(`/one/${i}`);
      await other!(`/other/${i}`);
    }
    return [one!, other!];
  };
  const files = (): string[] => readdirSync(daemon.file('cache')).filter((name) => /^[0-9a-f]{32}$/.test(name));

  here('what one worker is asked for stays, though the one that stored it is not', { timeout: LIMIT }, async () => {
    await start(`inactive=${INACTIVE / 1000}s`);
    const [one, other] = await clients();
    let round = 0;
    await until('it was asked for without a pause', async () => {
      round++;
      expect((await one!(`/forgotten/${round}`)).status).toBe('MISS');
      expect((await one!(`/wanted/${round}`)).status).toBe('MISS');
      expect(files()).toHaveLength(2);
      let steadily = true;
      let last = performance.now();
      let status = '';
      await until('one of both is gone', async () => {
        ({ status } = await other!(`/wanted/${round}`));
        // A machine that has no time for this loop proves nothing.
        if (performance.now() - last > INACTIVE / 3) steadily = false;
        last = performance.now();
        return files().length < 2;
      });
      if (steadily) {
        expect(status).toBe('HIT');
        expect(files()).toHaveLength(1);
      }
      return steadily;
    });
  });

  here('max_size bounds what both workers have stored', { timeout: LIMIT }, async () => {
    await start('max_size=40k');
    const [one, other] = await filled();
    await until('it is small enough', () => files().length <= 9);
    expect(files()).toHaveLength(9);
    expect((await one!('/other/7')).status).toBe('HIT');
    expect((await other!('/one/7')).status).toBe('HIT');
    expect((await one!('/one/0')).status).toBe('MISS');
  });

  here('a reload with a smaller max_size removes what is too much', { timeout: LIMIT }, async () => {
    await start('max_size=1m');
    await filled();
    expect(files()).toHaveLength(16);
    configure('max_size=20k');
    process.kill(daemon.pid(), 'SIGHUP');
    await until('it is small enough', () => files().length === 4);
  });

  here(
    'what is there after a restart is found again, and goes when nobody asks for it',
    { timeout: LIMIT },
    async () => {
      await start('');
      const [one] = await clients();
      expect((await one!('/a')).status).toBe('MISS');
      const pid = daemon.pid();
      process.kill(pid, 'SIGQUIT');
      for (const agent of agents.splice(0)) agent.destroy();
      await until('it has ended', () => !existsSync(daemon.file('nginx.pid')));
      await start(`inactive=${INACTIVE / 1000}s`);
      const [again] = await clients();
      expect((await again!('/a')).status).toBe('HIT');
      await until('it is gone', () => files().length === 0);
      expect((await again!('/a')).status).toBe('MISS');
    },
  );
});
