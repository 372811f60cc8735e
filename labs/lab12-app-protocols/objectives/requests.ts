import { isProbe, type Objective } from '../../../grader/index.ts';
import { applicationOf, askSite, python, sites } from './sites.ts';

/** Paths and queries of ordinary characters, spaces and UTF-8. */
function ordinaryTargets(word: string): readonly string[] {
  return [
    `/discover?type=tv&genre=18&mark=${word}`,
    `/${word}`,
    `/${word}/deeper/and/deeper/`,
    `/${word}/a%20film%20name?with=a%20query&sum=1+1`,
    `/${word}/caf%C3%A9?q=%C3%A9%20%C3%BC&x=1&x=2&empty=`,
    `/${word}.php?page=3`,
  ];
}

export const targets: Objective = {
  id: 'lab12.targets',
  title: 'Method, path and query string of each request reach both applications as they were sent.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab12.uwsgi', 'lab12.fastcgi'],
  needs: ['applications'],
  why: 'In HTTP the first line says it all. Here each part is a parameter, and the application knows only of those that are sent.',
  hints: [
    'What does the application know of a request? Compare method, path and query with what you asked for.',
    'Look at `include uwsgi_params` and `include fastcgi_params`, and at your own `uwsgi_param` and `fastcgi_param` lines: one line in a block, and those of the blocks around it no longer count.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_param',
  async check(trial) {
    const { expect, random } = trial;
    for (const site of sites) {
      const word = random.word();
      for (const [at, target] of ordinaryTargets(word).entries()) {
        const method = ['GET', 'DELETE', 'PUT'][at % 3]!;
        const { response, seen } = await askSite(trial, site, target, { method });
        const evidence = [response, seen];
        const asked = `${site.called} is asked for ${method} ${target}`;
        expect(seen.target === target, asked, `it was asked for ${seen.target}`, evidence);
        expect(
          seen.parameters?.REQUEST_METHOD === method,
          `REQUEST_METHOD is ${method}`,
          named('REQUEST_METHOD', seen.parameters?.REQUEST_METHOD),
          evidence,
        );
        const query = target.split('?')[1] ?? '';
        const got = seen.parameters?.QUERY_STRING;
        expect((got ?? '') === query, `QUERY_STRING is "${query}"`, named('QUERY_STRING', got), evidence);
        // A program in Python reads the path from here (PEP 3333), and it is decoded.
        const path = decodeURIComponent(target.split('?')[0]!);
        if (site !== python || /[^ -~]/.test(path)) continue;
        const info = seen.parameters?.PATH_INFO;
        expect(info === path, `PATH_INFO is "${path}"`, named('PATH_INFO', info), evidence);
      }
    }
  },
};

function named(name: string, value: string | undefined): string {
  return value === undefined ? `there is no ${name}` : `${name} is "${value}"`;
}

export const headersAndBodies: Objective = {
  id: 'lab12.headers-and-bodies',
  title:
    'Request headers arrive as HTTP_*, and bodies whole, a large one (512 KiB) included, with their type and length.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab12.uwsgi', 'lab12.fastcgi'],
  needs: ['applications'],
  why: 'Cookies, languages and the name of the site are headers; forms and uploads are bodies, and without CONTENT_LENGTH a program in Python reads none.',
  hints: [
    'Which header, or which part of the body, does the application not get? Ask for /whoami at both sites.',
    'Look at `CONTENT_TYPE` and `CONTENT_LENGTH` among the parameters, at `client_max_body_size`, and at the directives with `pass_request`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html#uwsgi_param',
  async check(trial) {
    const { expect, random } = trial;
    for (const site of sites) {
      for (const padding of ['', 'x'.repeat(512 * 1024)]) {
        const word = random.word();
        const body = JSON.stringify({ movieId: '1001', popularity: 3, word: `${word} é ☃`, padding });
        const headers = {
          'Content-Type': 'application/json',
          'X-Film-Of-The-Day': word,
          Cookie: `film=${word}; a=b`,
          'Accept-Language': 'he, en;q=0.5',
        };
        const { response, seen } = await askSite(trial, site, '/updatePopularity', { method: 'POST', headers, body });
        const evidence = [response, seen];
        expect.status(response, 200);
        for (const [name, value] of Object.entries({ ...headers, Host: site.host })) {
          const got = seen.headers[name.toLowerCase()];
          const shown = got === undefined ? `no ${name}` : `${name}: ${got}`;
          expect(got === value, `${site.called} gets ${name}: ${value}`, shown, evidence);
        }
        const size = Buffer.byteLength(body);
        const length = seen.parameters?.CONTENT_LENGTH;
        expect(length === String(size), `CONTENT_LENGTH is ${size}`, named('CONTENT_LENGTH', length), evidence);
        expect(
          Buffer.from(seen.body).equals(Buffer.from(body)),
          `${site.called} gets the ${size} bytes of the body`,
          `${seen.body.length} bytes`,
          evidence,
        );
      }
    }
  },
};

export const clientAddress: Objective = {
  id: 'lab12.client-address',
  title: "REMOTE_ADDR is the client's address, whatever the client says about itself.",
  kind: 'core',
  points: 10,
  dependsOn: ['lab12.uwsgi', 'lab12.fastcgi'],
  needs: ['applications'],
  why: 'The application logs, limits and bans by this address. The protocol has a place for it, so no header has to be believed.',
  hints: [
    'Which address does the application take for that of its visitor?',
    'Look at the parameter `REMOTE_ADDR`, and at which variable it is made of: a header holds what anybody likes to write there.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#var_remote_addr',
  async check(trial) {
    const { expect, world } = trial;
    const from = world.has('client-addresses') ? '127.0.0.2' : undefined;
    const told = '192.0.2.66';
    const lies = { 'X-Forwarded-For': told, 'X-Real-IP': told, 'Remote-Addr': told };
    for (const site of sites) {
      for (const options of [{}, { headers: lies }, ...(from === undefined ? [] : [{ from, headers: lies }])]) {
        const { response, seen } = await askSite(trial, site, '/whoami', options);
        const address = seen.parameters?.REMOTE_ADDR;
        const right =
          address !== undefined && isProbe(address) && (from === undefined || (address === from) === 'from' in options);
        const wanted = from === undefined ? "the client's address" : 'from' in options ? from : '127.0.0.1';
        expect(right, `REMOTE_ADDR with ${wanted}`, named('REMOTE_ADDR', address), [response, seen]);
      }
    }
  },
};

export const unixSocket: Objective = {
  id: 'lab12.unix-socket',
  title: 'The application in Python is asked over its Unix socket, /run/catalog.sock, and no longer over a port.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab12.uwsgi'],
  needs: ['applications', 'unix-sockets'],
  why: 'A port on the machine is open to every program and user of it. A socket in the file system belongs to somebody, and it is a little faster.',
  hints: [
    'An address need not be a host and a port. By what else could a program of the same machine be found?',
    'Look at the manual of `uwsgi_pass`: one of its forms begins with `unix:` and goes on with a path.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html#uwsgi_pass',
  async check(trial) {
    const [site] = sites;
    for (let n = 0; n < 4; n++) {
      const { response, seen } = await askSite(trial, site!, '/status');
      trial.expect.status(response, 200);
      const over = seen.unixSocket ?? applicationOf(trial, site!).address;
      trial.expect(seen.unixSocket !== undefined, 'the request comes over /run/catalog.sock', `it came over ${over}`, [
        response,
        seen,
      ]);
    }
  },
};
