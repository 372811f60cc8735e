import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Folder } from '../batch/testing/folder.ts';
import { progressLine } from './class-progress.ts';

const state = { total: 200, done: 50, failed: 5, seconds: 10 };

describe('the bar of a class', () => {
  it('says what there is room for', () => {
    expect(progressLine(state, 'Ada lab3', 100)).toBe(
      '  ━━━━━━━━──────────────────────  50 of 200, 5.0/s, 30 s left, 5 not passed  Ada lab3',
    );
    expect(progressLine(state, 'Ada lab3', 60)).toBe('  ━━━━──────────  50 of 200, 5.0/s, 30 s left, 5 not passed');
    expect(progressLine(state, 'Ada lab3', 40)).toBe('  ━━━━───────────  50 of 200, 30 s left');
    expect(progressLine(state, 'Ada lab3', 14)).toBe('  50 of 200');
  });

  it.each([20, 33, 40, 56, 80, 120])('stays within %d columns', (columns) => {
    for (const done of [0, 1, 199, 200])
      expect([...progressLine({ ...state, done }, '李明 lab3', columns)].length).toBeLessThan(columns);
  });
});

/** Runs words on a terminal of 60 columns, and types Ctrl-C when `until` was said; before, it shrinks to 40 when it is to. */
const terminal = String.raw`
import fcntl, json, os, pty, struct, sys, termios
until, shrinks, command = sys.argv[1].encode(), sys.argv[2] == 'shrinks', sys.argv[3:]
size = lambda fd, columns: fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
pid, fd = pty.fork()
if pid == 0:
    size(0, 60)
    os.execvp(command[0], command)
said, interrupted = b'', False
while True:
    try: piece = os.read(fd, 65536)
    except OSError: break
    if not piece: break
    said += piece
    if interrupted or until not in said: continue
    if shrinks: size(fd, 40)
    if not shrinks or b'\x1b[1A\r\x1b[J' in said:
        interrupted = True
        os.write(fd, b'\x03')
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({'code': code, 'said': said.decode()}))
`;
// Python has what Node lacks: a terminal of one's own.
const python = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

describe.skipIf(!python)('on a terminal', () => {
  const interrupted = /\r\u001b\[JInterrupted\. The same command again continues where it stopped\.\r\n$/;

  it('the bar follows the window, and Ctrl-C leaves a clean line and a gradebook that continues', async () => {
    using folder = classOf200();
    const first = await onTerminal(folder, ' 1 of 200, ', 'shrinks');
    expect(first.said).toContain('200 submissions');
    expect(first.said).toMatch(interrupted);
    expect(first.code).toBe(130);
    const second = await onTerminal(folder, '200 submissions');
    expect(second.said).toMatch(/continuing an interrupted run: 200 submissions, \d+ of them graded already/);
    expect(second.said).toMatch(interrupted);
    expect(second.code).toBe(130);
  });

  it.each([
    ['while it tries how submissions are shut in', 'trying how'],
    ['before the first worker is ready', ' 0 of 200'],
  ])('one Ctrl-C is enough %s', async (_when, until) => {
    using folder = classOf200();
    const { code, said } = await onTerminal(folder, until);
    expect(said).toMatch(interrupted);
    expect(code).toBe(130);
  });
});

/** So many that no class is graded before it is interrupted, however busy the machine. */
function classOf200(): Folder {
  const folder = new Folder();
  for (let at = 0; at < 200; at++)
    folder.write({
      [`in/student${at}/default.conf`]: `# ${at}\nserver { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }`,
    });
  return folder;
}

async function onTerminal(folder: Folder, until: string, size = 'stays'): Promise<{ code: number; said: string }> {
  const words = ['grade', folder.place('in'), '--out', folder.place('out'), '--lab', 'lab2', '--parallel', '1'];
  const command = [process.execPath, 'grader/workbook.mjs', ...words];
  const child = spawn('python3', ['-c', terminal, until, size, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(text);
}
