import { describe, expect, it } from 'vitest';
import { type Normalised, normaliseConfiguration } from './configuration-lines.ts';
import { type Comparable, suspiciousPairs } from './pairs.ts';
import { normaliseProgram } from './program-tokens.ts';
import { workbookGround } from './read.ts';

let digests = 0;

function handedIn(student: string, normalised: Normalised, rest: Partial<Comparable> = {}): Comparable {
  return { student, lab: 'lab3-upstream', attempt: 1, source: student, digest: String(++digests), normalised, ...rest };
}
const conf = (text: string) => normaliseConfiguration([text]);
const pairs = (...submissions: Comparable[]) =>
  suspiciousPairs(submissions, workbookGround).map(({ first, second, similarity }) => [
    first.student,
    second.student,
    similarity,
  ]);

const original = `# made at night, with tea
upstream films { server 127.0.0.1:8081 weight=5 max_conns=77; server 127.0.0.1:8082 weight=5 max_conns=78; keepalive 9; }
server { listen 80; server_name films.test catalog.test; client_max_body_size 3m;
  location / { proxy_pass http://films; proxy_read_timeout 17s; proxy_buffers 9 8k; add_header X-Mine yes; } }`;

const reordered = `server {
    client_max_body_size 3m;
    server_name catalog.test films.test;
    listen 80;   # the front door
    location / {
        add_header X-Mine yes;
        proxy_buffers 9 8k;
        proxy_read_timeout 17s;
        proxy_pass http://backends;
    }
}
upstream backends {
    keepalive 9;
    server 127.0.0.1:8082 weight=5 max_conns=78;
    server 127.0.0.1:8081 weight=5 max_conns=77;
}`;

describe('two configurations are alike', () => {
  it('when order, spaces, comments and the names of upstreams are all that differs', () => {
    expect(conf(original).canonical).toBe(conf(reordered).canonical);
    expect(pairs(handedIn('ada', conf(original)), handedIn('bo', conf(reordered)))).toEqual([['ada', 'bo', 1]]);
  });

  it('when most of what is their own is', () => {
    const touchedUp = conf(reordered.replace('17s', '18s'));
    const [pair] = suspiciousPairs([handedIn('ada', conf(original)), handedIn('bo', touchedUp)], workbookGround);
    expect(pair?.similarity).toBeGreaterThanOrEqual(0.7);
    expect(pair?.similarity).toBeLessThan(1);
    expect(pair?.because).toMatch(/% of what is their own/);
  });

  it.for([
    ['the order of rewrites', 'server { rewrite a b; rewrite c d; }', 'server { rewrite c d; rewrite a b; }'],
    [
      'the order of locations with expressions',
      'server { location ~ a { } location ~ b { } }',
      'server { location ~ b { } location ~ a { } }',
    ],
    [
      'which server comes first',
      'server { listen 80; } server { listen 81; }',
      'server { listen 81; } server { listen 80; }',
    ],
    ['an argument', 'server { listen 80; }', 'server { listen 81; }'],
    ['where a directive stands', 'server { expires 1d; location / { } }', 'server { location / { expires 1d; } }'],
  ])('but not the same when they differ in %s', ([, one, other]) => {
    expect(conf(one!).canonical).not.toBe(conf(other!).canonical);
  });
});

describe('no pair is made of', () => {
  const solution = workbookGround('lab3-upstream');

  it('starter and solution, which everybody may have', () => {
    for (const normalised of solution)
      expect(pairs(handedIn('ada', normalised), handedIn('bo', normalised, { digest: 'x' }))).toEqual([]);
    const same = { digest: 'same' };
    expect(pairs(handedIn('ada', solution[1]!, same), handedIn('bo', solution[1]!, same))).toEqual([]);
  });

  it('the same small mistake', () => {
    const mistake = conf(
      'upstream catalog { server 127.0.0.1:8081 weight=2; server 127.0.0.1:8082; } server { location / { proxy_pass http://catalog; } }',
    );
    expect(pairs(handedIn('ada', mistake), handedIn('bo', mistake))).toEqual([]);
  });

  it('what the whole class has', () => {
    const everyone = Array.from({ length: 30 }, (_, at) => handedIn(`student${at}`, conf(original)));
    expect(pairs(...everyone)).toEqual([]);
  });

  it('attempts of one student', () => {
    expect(pairs(handedIn('ada', conf(original)), handedIn('ada', conf(original), { attempt: 2 }))).toEqual([]);
  });

  it('different labs', () => {
    expect(pairs(handedIn('ada', conf(original)), handedIn('bo', conf(original), { lab: 'lab2-proxy-pass' }))).toEqual(
      [],
    );
  });
});

describe('two programs are alike', () => {
  const program = `import http from 'node:http';
// takes the next one in turn
let turn = 0;
const backends = [process.env.CATALOG_1, process.env.CATALOG_2];
http.createServer((request, response) => {
  const [host, port] = backends[turn++ % 2].split(':');
  const onward = http.request({ host, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => { response.statusCode = 502; response.end('nobody is at home'); });
  request.pipe(onward);
}).listen(process.env.PORT);`;

  it('when variables have other names, and spaces and comments differ', () => {
    const renamed = program
      .replaceAll('turn', 'counter')
      .replaceAll('onward', 'req2')
      .replaceAll('backends', 'servers')
      .replace(/\/\/.*\n/, '')
      .replaceAll('\n', '\n\n');
    expect(pairs(handedIn('ada', normaliseProgram(program)), handedIn('bo', normaliseProgram(renamed)))).toEqual([
      ['ada', 'bo', 1],
    ]);
  });

  it('but not when they do the same in their own ways', () => {
    const other = `import net from 'node:net';
const [a, b] = [process.env.CATALOG_1!, process.env.CATALOG_2!];
const next = (function* () { for (;;) { yield a; yield b; } })();
net.createServer((client) => {
  const [host, port] = next.next().value!.split(':');
  const server = net.connect(Number(port), host);
  client.pipe(server).pipe(client);
  for (const socket of [client, server]) socket.on('error', () => { client.destroy(); server.destroy(); });
}).listen(Number(process.env.PORT));`;
    expect(pairs(handedIn('ada', normaliseProgram(program)), handedIn('bo', normaliseProgram(other)))).toEqual([]);
  });
});
