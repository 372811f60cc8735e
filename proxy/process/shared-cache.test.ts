import { beforeEach, expect, test } from 'vitest';
import { isRunning } from '../testing/daemon.ts';
import { application, daemon, describeDaemon, until } from '../testing/daemon-tests.ts';

describeDaemon('a cache of two workers', (here, engine) => {
  beforeEach(async () => {
    daemon.configure(
      `proxy_cache_path FOLDER/cache keys_zone=kept:1m;
       upstream application { server 127.0.0.1:${application.port}; }
       proxy_cache kept; proxy_cache_lock on; proxy_cache_lock_timeout 1h; proxy_cache_lock_age 1h;
       add_header X-Worker "$pid $upstream_cache_status -";
       server {
         listen 127.0.0.1:PORT;
         location = /worker { return 200 here; }
         location /long/ { proxy_cache_valid 1h; proxy_pass http://application; }
         location /short/ { proxy_cache_valid 1s; proxy_cache_use_stale updating; proxy_pass http://application; }
         location /wanted/ { proxy_cache_valid 1h; proxy_cache_min_uses 3; proxy_pass http://application; }
       }`,
      'worker_processes 2;',
    );
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
    await daemon.answers(2, '/worker');
  });

  /** The answer to one request that the application answers at once. */
  const get = async (uri: string): Promise<string> => {
    const answer = daemon.get(uri);
    let over = false;
    const noted = answer.finally(() => (over = true)).catch(() => undefined);
    await until(`${uri} is answered`, () => {
      application.answer();
      return over;
    });
    await noted;
    return answer;
  };
  const workerOf = (answer: string): number => Number(answer.split(' ')[1]);
  const several = (uri: string): Promise<string>[] => Array.from({ length: 12 }, () => daemon.get(uri));

  here('with proxy_cache_lock the upstream is asked once, whichever workers have the requests', async () => {
    let round = 0;
    await until('both workers have had requests for one answer', async () => {
      round++;
      const answers = several(`/long/${round}`);
      await until('one request is there', () => application.waiting > 0);
      application.answer();
      const workers = new Set((await Promise.all(answers)).map(workerOf));
      expect(application.requests).toBe(round);
      return workers.size === 2;
    });
  });

  here('an old answer is renewed by one request, and all workers give it meanwhile', async () => {
    expect(await get('/short/')).toMatch(/^200 \d+ MISS -done$/);
    const answered: string[] = [];
    const asked: Promise<unknown>[] = [];
    await until('one request renews it, and both workers give the old answer', async () => {
      const before = answered.length;
      const answers = several('/short/');
      asked.push(...answers.map((answer) => answer.then((text) => answered.push(text))));
      await until('those that need not wait are answered', () => answered.length >= before + 11);
      await until('the others are', () => answered.length + application.waiting === asked.length);
      const giving = answered.filter((answer) => answer.includes('UPDATING'));
      return new Set(giving.map(workerOf)).size === 2;
    });
    expect(application.waiting).toBe(1);
    application.answer();
    await Promise.all(asked);
    expect(application.requests).toBe(2);
    expect(answered.filter((answer) => answer.includes('EXPIRED'))).toHaveLength(1);
  });

  here('uses count for proxy_cache_min_uses whichever worker has them', async () => {
    for (const round of ['a', 'b', 'c']) {
      const statuses: string[] = [];
      for (let i = 0; i < 5; i++) statuses.push((await get(`/wanted/${round}`)).split(' ')[2]!);
      expect(statuses).toEqual(['MISS', 'MISS', 'MISS', 'HIT', 'HIT']);
    }
  });

  // nginx waits until the age of the lock.
  test.skipIf(engine === 'nginx')('another one fetches what a killed worker was fetching', async () => {
    const first = daemon.get('/long/').catch(String);
    await until('a request is there', () => application.waiting === 1);
    const before = await daemon.answers(2, '/worker');
    for (const worker of before) process.kill(workerOf(worker), 'SIGKILL');
    await first;
    await until('the killed ones are gone', () => ![...before].map(workerOf).some(isRunning));
    await until('others serve', () => daemon.get('/worker').then(Boolean, () => false));
    expect(await get('/long/')).toMatch(/^200 \d+ MISS -done$/);
  });
});
