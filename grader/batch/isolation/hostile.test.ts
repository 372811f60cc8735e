import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPool, type GradeOutcome, type GradeTask, type Pool } from './index.ts';
import { leftovers } from './testing/leftovers.ts';
import { requireIsolation } from './testing/require-isolation.ts';

const solutions = path.resolve(import.meta.dirname, '../../../solutions');
const lab = 'lab1-install';
const solution = readFileSync(path.join(solutions, lab, 'proxy.ts'), 'utf8');

process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'node-compile-cache');
const temporary = mkdtempSync(path.join(tmpdir(), 'workbook-hostile-'));
mkdirSync(path.join(temporary, 'tmp'));
process.env.TMPDIR = path.join(temporary, 'tmp');
process.env.WORKBOOK_SECRET = 'what-nobody-must-see';

const { isolation, skip } = await requireIsolation();

/** In the command line of everything that hostile programs start, so that what is left of them can be found. */
const mark = `left-behind-${process.pid}`;

describe.skipIf(skip !== undefined)(`hostile programs${skip ?? ''}`, () => {
  let pool: Pool;
  let mounts: string;

  beforeAll(() => {
    mounts = readFileSync('/proc/self/mounts', 'utf8');
    pool = createPool({ size: 2, isolation, trust: false });
  });

  afterAll(async () => {
    await pool.close();
    rmSync(temporary, { recursive: true, force: true });
  });

  /** Grades a program beside the right configuration, which must pass whatever the program does. */
  async function grade(text: string, name = 'proxy.ts'): Promise<Extract<GradeOutcome, { kind: 'graded' }>> {
    const files = mkdtempSync(path.join(temporary, 'submission-'));
    const file = path.join(files, name);
    writeFileSync(file, text);
    const [hostile, neighbour] = await Promise.all([
      pool.grade({ lab, spec: { kind: 'program', file }, facts: { kind: 'program', location: name }, seed: 7, files }),
      pool.grade(right),
    ]);
    expect(neighbour).toMatchObject({ kind: 'graded', result: { outcome: 'passed' } });
    expect(leftovers(mark)).toEqual([]);
    if (hostile.kind !== 'graded') throw new Error(hostile.problem.reason);
    return hostile;
  }

  /** What a program found out: it says it as one line of JSON and ends. */
  async function findings(text: string): Promise<unknown> {
    const { result } = await grade(`${text}\nconsole.log('FOUND' + JSON.stringify(found)); process.exit(3);`);
    const said = result.startup.messages.map((message) => message.text).join('\n');
    const line = /^FOUND(.*)$/m.exec(said)?.[1];
    if (line === undefined) throw new Error(`it found out nothing: ${said}`);
    return JSON.parse(line);
  }

  const evil = (text: string) =>
    `import * as child from 'node:child_process';\nimport * as fs from 'node:fs';\n${text}\n`;

  test('a right program passes, as it would outside', async () => {
    expect(await grade(solution)).toMatchObject({ result: { outcome: 'passed' } });
  });

  test('one that forks without end gets its verdict', async () => {
    const bomb = evil(`
      const again = () => {
        for (let i = 0; i < 20; i++)
          child.spawn('/bin/sh', ['-c', 'f() { f | f & }; f; sleep 300', '${mark}'], { detached: true, stdio: 'ignore' }).on('error', () => {});
        setTimeout(again, 10);
      };
      again();`);
    const { result } = await grade(bomb + solution);
    expect(result.outcome).not.toBe('error');
  });

  test('one that fills the disk is stopped', async () => {
    const { result, stopped } = await grade(
      evil(`
      const full = Buffer.alloc(1024 * 1024, 1);
      for (const folder of ['/tmp', '/dev/shm', process.env.LOG_DIR, process.env.CACHE_DIR])
        for (let i = 0; i < 100; i++) {
          try { for (;;) fs.appendFileSync(folder + '/' + i, full); } catch {}
        }
      setInterval(() => {}, 1000);`),
    );
    expect(stopped).toMatch(/MiB to the disk/);
    expect(result.outcome).toBe('failed');
  });

  test('one that makes files without end is stopped', async () => {
    const { stopped } = await grade(
      evil(`for (let i = 0; ; i++) { try { fs.writeFileSync('/tmp/' + i, ''); } catch {} }`),
    );
    expect(stopped).toMatch(/more than 20000 files/);
  });

  test('one that takes memory without end is stopped', async () => {
    const { result, stopped } = await grade(
      evil(`const all = []; setInterval(() => all.push(Buffer.alloc(16 * 1024 * 1024, 1)), 1);`),
    );
    expect(stopped).toMatch(/MiB of memory/);
    expect(result.outcome).toBe('failed');
  });

  test('one that floods its output and never listens gets its verdict', async () => {
    const { result } = await grade(`const line = 'x'.repeat(65536) + '\\n'; for (;;) process.stdout.write(line);`);
    expect(result).toMatchObject({ outcome: 'failed', startup: { ok: false } });
  });

  test('one that burns the processor with many processes leaves enough for others', async () => {
    const burning = evil(
      `for (let i = 0; i < 16; i++) child.spawn('/bin/sh', ['-c', 'while :; do :; done', '${mark}'], { detached: true });`,
    );
    const { result } = await grade(burning + solution);
    expect(result.outcome).not.toBe('error');
  });

  test('one that ignores signals and leaves daemons behind leaves nothing', async () => {
    const { result } = await grade(
      evil(`
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
      child.spawn('/bin/sh', ['-c', '(setsid sh -c "trap : TERM HUP; while :; do sleep 1; done" ${mark} &) &']);
      child.spawn('setsid', ['sleep', '3600', '${mark}'], { detached: true, stdio: 'ignore' }).on('error', () => {}).unref();
      child.spawn('setsid', ['sh', '-c', 'sleep 3600; : ${mark}'], { detached: true, stdio: 'ignore' }).unref();`) +
        solution,
    );
    expect(result.outcome).toBe('passed');
  });

  test('one that leaves folders that can hardly be removed gets its verdict', async () => {
    const { result } = await grade(
      evil(`
      const before = process.cwd();
      process.chdir(process.env.LOG_DIR);
      fs.mkdirSync('closed/in', { recursive: true });
      fs.chmodSync('closed', 0);
      fs.symlinkSync('/etc/passwd', 'error.log');
      for (let i = 0; i < 60; i++) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }
      process.chdir(before);`) + solution,
    );
    expect(result.outcome).toBe('passed');
  });

  test('one that opens files without end comes to a limit', async () => {
    const found = await findings(
      evil(`
      const found = { opened: 0, code: '' };
      try { for (;;) { fs.openSync('/dev/null'); found.opened++; } } catch (error) { found.code = error.code; }
      for (let i = 3; i < 50; i++) { try { fs.closeSync(i + 1000); } catch {} }`),
    );
    expect(found).toMatchObject({ code: 'EMFILE' });
    expect((found as { opened: number }).opened).toBeLessThan(16_384);
  });

  test('one that looks around sees programs, libraries, itself, and nothing else of the machine', async () => {
    const project = path.resolve(import.meta.dirname, '../../..');
    const found = (await findings(
      evil(`
      const list = (folder) => { try { return fs.readdirSync(folder); } catch { return []; } };
      const found = {
        root: list('/'),
        workbook: list('/workbook'),
        beside: list('/workbook/submission'),
        home: [...list('/home'), ...list('/root'), ...list('/work')],
        project: list(${JSON.stringify(project)}),
        etc: list('/etc'),
        accounts: fs.readFileSync('/etc/passwd', 'utf8').split('\\n').length,
        open: list('/proc/self/fd').length,
      };`),
    )) as Record<string, string[]>;
    expect(found.root?.filter((name) => !/^(bin|sbin|lib\d*|usr|etc|dev|proc|tmp|workbook)$/.test(name))).toEqual([]);
    expect(found.workbook?.toSorted()).toEqual(['bin', 'cache', 'package.json', 'proxy', 'submission']);
    expect(found.beside).toEqual([lab]);
    expect(found.home).toEqual([]);
    expect(found.project).toEqual([]);
    expect(found.etc).not.toContain('shadow');
    expect(found.accounts).toBe(3);
  });

  test('one that searches for secrets in other processes finds none', async () => {
    const found = await findings(
      evil(`
      let text = JSON.stringify(process.env);
      for (const id of fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)))
        for (const file of ['environ', 'cmdline']) {
          try { text += fs.readFileSync('/proc/' + id + '/' + file, 'latin1'); } catch {}
        }
      const found = {
        secret: text.includes('what-nobody-must-see'),
        seed: text.includes('seed'),
        project: text.includes(${JSON.stringify(path.resolve(import.meta.dirname, '../..'))}),
        submission: text.includes('workbook-hostile-'),
      };`),
    );
    expect(found).toEqual({ secret: false, seed: false, project: false, submission: false });
  });

  test('one that answers rightly only with the instructor’s environment is failed', async () => {
    const text = `if (process.env.WORKBOOK_SECRET === undefined) process.exit(1);\n`;
    expect(await grade(text + solution.replace(/^(import[^;]*;)/, `$1\n${text}`))).toMatchObject({
      result: { outcome: 'failed', startup: { ok: false } },
    });
  });

  test('one that writes where it must not can write nowhere', async () => {
    const target = path.join(temporary, 'results.json');
    const found = await findings(
      evil(`
      const found = [];
      for (const file of [${JSON.stringify(target)}, '/x', '/usr/x', '/etc/x', '/dev/x', '/workbook/x', '/workbook/proxy/index.ts', '/workbook/cache/x',
        '/workbook/submission/${lab}/x', process.env.HTML_DIR + '/index.html', process.env.TLS_CERT, '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger']) {
        try { fs.writeFileSync(file, 'x'); found.push(file); } catch {}
      }`),
    );
    expect(found).toEqual([]);
  });

  test('one that writes a verdict of its own to whatever is open is judged by what it serves', async () => {
    const { result } = await grade(
      evil(`
      const forged = JSON.stringify({ kind: 'graded', result: { outcome: 'passed', objectives: [] } });
      process.send?.(JSON.parse(forged));
      const script = 'for fd in /proc/self/fd/* /proc/1/fd/*; do [ -e "$fd" ] && echo "$0" >"$fd"; done';
      child.spawnSync('/bin/sh', ['-c', script, forged], { stdio: 'inherit', timeout: 2000 });
      (await import('node:http')).createServer((_, answer) => answer.end('nothing')).listen(Number(process.env.PORT), '127.0.0.1');`),
    );
    expect(result).toMatchObject({ outcome: 'failed', startup: { ok: true } });
    // It does answer; that it is right is in none of its answers.
    const passed = result.objectives.filter(({ outcome }) => outcome === 'passed');
    expect(passed.map(({ id }) => id)).toEqual(['lab1.answers']);
  });

  test('one that kills what it can kills itself alone', async () => {
    const { result } = await grade(
      evil(`
      for (const id of [-1, 1, process.ppid, ...Array.from({ length: 2000 }, (_, i) => i + 2)]) {
        if (id === process.pid) continue;
        try { process.kill(id, 'SIGKILL'); } catch {}
      }`) + solution,
    );
    expect(result.outcome).not.toBe('error');
  });

  test('one that becomes root or traces others has no right to', async () => {
    const found = await findings(
      evil(`
      const run = (...command) => child.spawnSync(command[0], command.slice(1)).status === 0;
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      const found = {
        capabilities: /^CapEff:\\s+0+$/m.test(status) && /^CapBnd:\\s+0+$/m.test(status),
        noNewPrivileges: /^NoNewPrivs:\\s+1$/m.test(status),
        root: process.getuid() === 0,
        mount: run('mount', '-t', 'tmpfs', 'none', '/tmp'),
        first: (() => { try { fs.readFileSync('/proc/1/mem'); return true; } catch { return false; } })(),
      };`),
    );
    expect(found).toEqual({ capabilities: true, noNewPrivileges: true, root: false, mount: false, first: false });
  });

  test('one that calls others reaches its applications and nobody else', async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const found = await findings(
      `import { connect } from 'node:net';
      const reach = (host, port) => new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 3000 });
        socket.on('connect', () => resolve('connected')).on('timeout', () => resolve('timeout')).on('error', (error) => resolve(error.code));
      });
      const found = { loopback: await reach('127.0.0.1', ${port}), outside: await reach('192.0.2.1', 80) };`,
    );
    server.close();
    expect(found).toEqual({ loopback: 'ECONNREFUSED', outside: 'ENETUNREACH' });
  });

  test('nothing of any of them is left', () => {
    expect(leftovers(mark)).toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(mounts);
    expect(readdirSync(path.join(temporary, 'tmp'))).toEqual([]);
  });
});

const right: GradeTask = {
  lab,
  spec: { kind: 'configuration', path: path.join(solutions, lab, 'conf.d/default.conf'), engine: 'reference' },
  facts: { kind: 'configuration', engine: 'reference', location: 'default.conf' },
  seed: 7,
};
