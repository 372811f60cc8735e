import { expect, test } from 'vitest';
import { childrenOf, isRunning } from '../testing/daemon.ts';
import { application, daemon, describeDaemon, until } from '../testing/daemon-tests.ts';

const LIMIT = 120_000;

const http = (mark: string): string => `
  limit_req_zone $arg_key zone=asked:1m rate=1r/m;
  limit_conn_zone $binary_remote_addr zone=held:1m;
  add_header X-Worker "$pid " always;
  upstream behind { zone behind 64k; server 127.0.0.1:${application.port} max_conns=2; server 127.0.0.1:${application.port} down; }
  upstream failing { zone failing 64k; server 127.0.0.1:1 fail_timeout=1h; server 127.0.0.1:PORT; }
  upstream turns { zone turns 64k; server 127.0.0.1:PORT; server 127.0.0.2:PORT; }
  server { listen 127.0.0.2:PORT; return 200 two; }
  server {
    listen 127.0.0.1:PORT;
    location = /failing {
      proxy_hide_header X-Worker;
      add_header X-Worker "$pid tried $upstream_addr; ";
      proxy_pass http://failing/worker;
    }
    location = /turns { proxy_pass http://turns/one; }
    location = /one { return 200 one; }
    location = /worker { return 200 ${mark}; }
    location = /limited { limit_req zone=asked burst=5 nodelay; empty_gif; }
    location = /held { limit_conn held 3; proxy_pass http://127.0.0.1:${application.port}; }
    location = /behind { proxy_pass http://behind; }
  }`;

describeDaemon('shared zones', (here, engine) => {
  const start = async (workers: number): Promise<void> => {
    daemon.configure(http('first'), `worker_processes ${workers};`);
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
    await daemon.answers(workers, '/worker');
  };
  /** Reloads, and comes back when the new workers answer. The old ones may still have something to do. */
  const reload = async (workers: number): Promise<void> => {
    daemon.configure(http('second'), `worker_processes ${workers};`);
    process.kill(daemon.pid(), 'SIGHUP');
    await until('the new configuration answers', async () => (await daemon.get('/worker')).endsWith('second'));
  };
  const statuses = async (uri: string, count: number): Promise<string[]> => {
    const answers = await Promise.all(Array.from({ length: count }, () => daemon.get(uri)));
    return answers.map((answer) => answer.slice(0, 3));
  };
  const admitted = async (uri: string, count: number): Promise<number> =>
    (await statuses(uri, count)).filter((status) => status === '200').length;
  /** Sends requests that the application holds back, until so many are there and all others of these are answered. */
  const hold = async (uri: string, count: number, there: number): Promise<Promise<string>[]> => {
    const answers = count - (there - application.waiting);
    let answered = 0;
    const requests = Array.from({ length: count }, () => daemon.get(uri).finally(() => answered++));
    for (const request of requests) request.catch(() => undefined);
    await until(
      `${there} requests are held, and ${answers} answered`,
      () => application.waiting === there && answered === answers,
    );
    return requests;
  };

  for (const workers of [1, 2]) {
    here(
      `a burst over ${workers} workers is admitted to its size, and a reload forgives nothing`,
      { timeout: LIMIT },
      async () => {
        await start(workers);
        expect(await admitted('/limited?key=a', 40)).toBe(6);
        expect(await admitted('/limited?key=b', 3)).toBe(3);
        await reload(workers);
        expect(await admitted('/limited?key=a', 20)).toBe(0);
        expect(await admitted('/limited?key=b', 20)).toBe(3);
        expect(await admitted('/limited?key=c', 20)).toBe(6);
      },
    );

    here(`limit_conn over ${workers} workers counts what old workers still do`, { timeout: LIMIT }, async () => {
      await start(workers);
      const first = await hold('/held', 2, 2);
      await reload(workers);
      const second = await hold('/held', 4, 3);
      application.answer();
      expect((await Promise.all(first)).map((answer) => answer.slice(0, 3))).toEqual(['200', '200']);
      const answers = (await Promise.all(second)).map((answer) => answer.slice(0, 3));
      expect(answers.sort()).toEqual(['200', '503', '503', '503']);
      const third = await hold('/held', 6, 3);
      application.answer();
      expect((await Promise.all(third)).filter((answer) => answer.startsWith('200'))).toHaveLength(3);
    });
  }

  here('from one worker to two and back, zones go along', { timeout: LIMIT }, async () => {
    await start(1);
    expect(await admitted('/limited?key=a', 4)).toBe(4);
    await reload(2);
    expect(await admitted('/limited?key=a', 20)).toBe(2);
    expect(await admitted('/limited?key=b', 2)).toBe(2);
    daemon.configure(http('third'), 'worker_processes 1;');
    process.kill(daemon.pid(), 'SIGHUP');
    await until('one worker is left', () => childrenOf(daemon.pid()).length === 1);
    expect(await admitted('/limited?key=a', 20)).toBe(0);
    expect(await admitted('/limited?key=b', 20)).toBe(4);
  });

  here('max_conns of an upstream with a zone holds for all workers together', { timeout: LIMIT }, async () => {
    await start(2);
    const held = await hold('/behind', 2, 2);
    expect(await statuses('/behind', 8)).toEqual(Array.from({ length: 8 }, () => '502'));
    application.answer();
    expect((await Promise.all(held)).map((answer) => answer.slice(0, 3))).toEqual(['200', '200']);
    const again = await hold('/behind', 2, 2);
    application.answer();
    await Promise.all(again);
  });

  here('a server that failed for one worker rests for all', { timeout: LIMIT }, async () => {
    await start(2);
    expect(await daemon.get('/failing')).toContain(`tried 127.0.0.1:1, 127.0.0.1:${daemon.port};`);
    const workers = new Set<string>();
    await until('the other worker has had requests, too', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => daemon.get('/failing')));
      for (const answer of answers) {
        const [, worker, tried] = /^200 (\d+) tried (.*);first$/.exec(answer) ?? [];
        expect(tried, answer).toBe(`127.0.0.1:${daemon.port}`);
        workers.add(worker!);
      }
      return workers.size === 2;
    });
  });

  here('the turns of round robin are those of all workers together', { timeout: LIMIT }, async () => {
    await start(2);
    const turns: string[] = [];
    for (let i = 0; i < 24; i++) turns.push((await daemon.get('/turns')).split(' ').at(-1)!);
    expect(turns.every((turn, i) => i === 0 || turn !== turns[i - 1])).toBe(true);
  });

  // nginx never gives back what a killed worker held.
  test.skipIf(engine === 'nginx')('what a killed worker held is free again', { timeout: LIMIT }, async () => {
    await start(2);
    const held = await hold('/held', 3, 3);
    expect(await statuses('/held', 2)).toEqual(['503', '503']);
    const before = childrenOf(daemon.pid());
    for (const worker of before) process.kill(worker, 'SIGKILL');
    await until('others have their place', () => !before.some(isRunning) && childrenOf(daemon.pid()).length === 2);
    await Promise.allSettled(held);
    await until('the new workers answer', () =>
      daemon.get('/worker').then(
        () => true,
        () => false,
      ),
    );
    await until('the application knows', () => application.waiting === 0);
    const again = await hold('/held', 5, 3);
    application.answer();
    expect((await Promise.all(again)).filter((answer) => answer.startsWith('200'))).toHaveLength(3);
  });
});
