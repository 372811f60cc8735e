import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { beforeEach, expect } from 'vitest';
import { childrenOf, isRunning } from '../testing/daemon.ts';
import { daemon, describeDaemon, until } from '../testing/daemon-tests.ts';

describeDaemon('a daemon', (here) => {
  beforeEach(() => {
    daemon.configure(
      'server { listen 127.0.0.1:PORT; listen unix:FOLDER/a.sock; location / { return 200 $pid; } }',
      'worker_processes 2;',
    );
  });

  /** The numbers of the workers of one master. */
  const workersOf = (pid: number): number[] => childrenOf(pid).filter((child) => child !== daemon.pid());
  const answeredBy = async (): Promise<number> => Number((await daemon.get()).slice(4));
  const send = (pid: number, signal: NodeJS.Signals): void => void process.kill(pid, signal);

  const started = async (): Promise<number> => {
    expect(await daemon.start()).toEqual({ code: 0, said: '' });
    // nginx's command ends a moment before its daemon has a pid file.
    await until('the workers run', () => daemon.pid() !== 0 && workersOf(daemon.pid()).length === 2);
    return daemon.pid();
  };
  /** USR2, until the new program serves beside the old one. */
  const upgraded = async (old: number): Promise<number> => {
    send(old, 'SIGUSR2');
    await until(
      'the new program serves',
      () => ![0, old].includes(daemon.pid()) && workersOf(daemon.pid()).length === 2,
    );
    expect(daemon.pid('nginx.pid.oldbin')).toBe(old);
    return daemon.pid();
  };

  here(
    'the command ends when the server serves, and the server has a session of its own',

    async () => {
      const pid = await started();
      expect(pid).not.toBe(0);
      await daemon.answers(2);
      expect(workersOf(pid)).toHaveLength(2);
      send(pid, 'SIGTERM');
      await until('the server has ended', () => !isRunning(pid));
      expect(existsSync(daemon.file('nginx.pid'))).toBe(false);
      expect(existsSync(daemon.file('a.sock'))).toBe(false);
    },
  );

  here('the command fails, and says why, when the address is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(daemon.port, '127.0.0.1', resolve));
    const { code, said } = await daemon.start();
    taken.close();
    expect(code).toBe(1);
    const lines = new Set(said.trimEnd().split('\n'));
    expect([...lines]).toEqual([
      `nginx: [emerg] bind() to 127.0.0.1:${daemon.port} failed (98: Address already in use)`,
      'nginx: [emerg] still could not bind()',
    ]);
    expect(daemon.pid()).toBe(0);
  });

  here('a socket file that was left behind refuses the address', async () => {
    const first = await started();
    for (const pid of [first, ...workersOf(first)]) send(pid, 'SIGKILL');
    await until('the killed one is gone', () => !isRunning(first));
    const { code, said } = await daemon.start();
    expect(code).toBe(1);
    expect(said).toContain(`bind() to unix:${daemon.file('a.sock')} failed (98: Address already in use)`);
  });

  here('USR2 and QUIT: a new program takes over, and no request is lost', async () => {
    const old = await started();
    let over = false;
    const answers: string[] = [];
    const clients = Array.from({ length: 3 }, async () => {
      while (!over) answers.push(await daemon.get().catch(String));
    });
    const fresh = await upgraded(old);
    send(old, 'SIGQUIT');
    await until('the old program has ended', () => !isRunning(old));
    await until('the new program answers', async () => workersOf(fresh).includes(await answeredBy()));
    over = true;
    await Promise.all(clients);
    expect(answers.filter((answer) => !/^200 \d+$/.test(answer))).toEqual([]);
    expect(existsSync(daemon.file('nginx.pid.oldbin'))).toBe(false);
    expect(daemon.pid()).toBe(fresh);
    expect(existsSync(daemon.file('a.sock'))).toBe(true);
    for (const words of ['changing binary', `start new binary process ${fresh}`, 'using inherited sockets from "'])
      expect(daemon.errorLog).toContain(words);
    send(fresh, 'SIGQUIT');
    await until('the new program has ended', () => !isRunning(fresh));
    expect(existsSync(daemon.file('a.sock'))).toBe(false);
  });

  here('WINCH to the old program, and back when the new one ends', async () => {
    const old = await started();
    const fresh = await upgraded(old);
    send(old, 'SIGWINCH');
    await until('the old workers are gone', () => workersOf(old).length === 0);
    expect(workersOf(fresh)).toContain(await answeredBy());
    send(fresh, 'SIGQUIT');
    await until(
      'the new program has ended and the old one serves',
      () => !isRunning(fresh) && workersOf(old).length === 2,
    );
    await until("the pid file is the old program's", () => daemon.pid() === old);
    expect(workersOf(old)).toContain(await answeredBy());
    expect(existsSync(daemon.file('nginx.pid.oldbin'))).toBe(false);
    expect(daemon.errorLog).toContain(`new binary process ${fresh} exited with code 0`);
  });

  here('HUP brings the workers of the old program back', async () => {
    const old = await started();
    const fresh = await upgraded(old);
    send(old, 'SIGWINCH');
    await until('the old workers are gone', () => workersOf(old).length === 0);
    daemon.configure('a broken file, which nobody reads now');
    send(old, 'SIGHUP');
    await until('the old program has workers', () => workersOf(old).length === 2);
    send(fresh, 'SIGTERM');
    await until("the pid file is the old program's", () => daemon.pid() === old);
    expect(workersOf(old)).toContain(await answeredBy());
  });

  here('a second USR2 is ignored while there are two programs', async () => {
    const old = await started();
    const fresh = await upgraded(old);
    send(old, 'SIGUSR2');
    send(fresh, 'SIGUSR2');
    await until(
      'both have ignored it',
      () => (daemon.errorLog.match(/signal 12 \(SIGUSR2\) received[^\n]*, ignoring/g) ?? []).length === 2,
    );
    expect(daemon.pid()).toBe(fresh);
    expect(daemon.pid('nginx.pid.oldbin')).toBe(old);
  });

  here('WINCH alone: who connects then waits, and is answered by the workers that HUP brings', async () => {
    const pid = await started();
    const before = await daemon.answers(2);
    send(pid, 'SIGWINCH');
    await until('the workers are gone', () => workersOf(pid).length === 0);
    await until(
      'the master knows of it',
      () => (daemon.errorLog.match(/worker process \d+ exited/g) ?? []).length === before.size,
    );
    const waiting = daemon.get();
    send(pid, 'SIGHUP');
    const after = await daemon.answers(2);
    expect(
      workersOf(pid)
        .map((worker) => `200 ${worker}`)
        .sort(),
    ).toEqual([...after].sort());
    expect(after).toContain(await waiting);
    for (const worker of before) expect(after).not.toContain(worker);
  });
});
