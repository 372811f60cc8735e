import { connect, type Socket } from 'node:net';
import { afterEach, expect } from 'vitest';
import { childrenOf } from '../testing/daemon.ts';
import { application, daemon, describeDaemon, until } from '../testing/daemon-tests.ts';

const LIMIT = 120_000;

const kept: Socket[] = [];

describeDaemon('the connections of all workers', (here) => {
  afterEach(async () => {
    for (const socket of kept.splice(0)) socket.destroy();
  });

  const configure = (workers: number): void =>
    daemon.configure(
      `keepalive_timeout 1h; add_header X-Worker "$pid -";
       server {
         listen 127.0.0.1:PORT;
         location = /worker { return 200 here; }
         location = /status { stub_status; }
         location = /variables {
           return 200 "$connections_active $connections_reading $connections_writing $connections_waiting";
         }
         location = /held { proxy_pass http://127.0.0.1:${application.port}; }
       }`,
      `worker_processes ${workers};`,
    );
  const start = async (workers: number): Promise<void> => {
    configure(workers);
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
    await daemon.answers(workers, '/worker');
  };
  /** Who answered, and the numbers of the page in their order: active; accepts, handled, requests; reading, writing, waiting. */
  const status = async (): Promise<{ worker: string; numbers: readonly number[] }> => {
    const [, worker, page] = /^200 (\d+) -(.*)/s.exec(await daemon.get('/status'))!;
    return { worker: worker!, numbers: page!.match(/\d+/g)!.map(Number) };
  };
  /** Connections that have had an answer, until every worker has one of them. */
  const keep = async (): Promise<void> => {
    const workers = new Set<string>();
    await until('every worker has a kept connection', async () => {
      const socket = connect(daemon.port, '127.0.0.1');
      kept.push(socket);
      let text = '';
      socket.setEncoding('latin1').on('data', (piece) => (text += piece));
      socket.write('GET /worker HTTP/1.1\r\nHost: a\r\n\r\n');
      await until('it has its answer', () => text.endsWith('here'));
      workers.add(/X-Worker: (\d+)/.exec(text)![1]!);
      return workers.size === childrenOf(daemon.pid()).length;
    });
  };

  here('stub_status shows the same, whichever worker is asked', { timeout: LIMIT }, async () => {
    await start(2);
    await keep();
    const held = [1, 2, 3].map(() => daemon.get('/held'));
    await until('three requests are held', () => application.waiting === 3);
    const open = kept.length + held.length + 1;
    const now = [open, 0, held.length + 1, kept.length];
    const asked = new Map<string, number>();
    let before: readonly number[] | undefined;
    await until('both workers have shown it often', async () => {
      const { worker, numbers } = await status();
      const [active, accepts, handled, requests, ...doing] = numbers as [number, number, number, number, ...number[]];
      // Connections of requests before these may not be closed yet.
      if (active > open && before === undefined) return false;
      expect([active, ...doing]).toEqual(now);
      expect(handled).toBe(accepts);
      if (before !== undefined) expect([accepts, requests]).toEqual([before[1]! + 1, before[3]! + 1]);
      before = numbers;
      asked.set(worker, (asked.get(worker) ?? 0) + 1);
      return asked.size === 2 && [...asked.values()].every((times) => times >= 3);
    });
    for (const worker of asked.keys()) {
      await until(
        'its variables say it as well',
        async () => (await daemon.get('/variables')) === `200 ${worker} -${now.join(' ')}`,
      );
    }
    application.answer();
    await Promise.all(held);
  });

  here('a reload forgets no connection', { timeout: LIMIT }, async () => {
    await start(1);
    for (const workers of [1, 2]) {
      const before = await status();
      configure(workers);
      process.kill(daemon.pid(), 'SIGHUP');
      let asked = 0;
      await until('new workers are alone', async () => {
        const { worker, numbers } = await status();
        asked++;
        expect([numbers[1], numbers[3]]).toEqual([before.numbers[1]! + asked, before.numbers[3]! + asked]);
        const processes = childrenOf(daemon.pid());
        return worker !== before.worker && processes.length === workers && !processes.includes(Number(before.worker));
      });
    }
  });
});
