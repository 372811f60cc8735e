import type { Objective } from '../../../grader/index.ts';
import { arrivals, ask, authBasic, basic, encoded, expectNotAsked, expectQuestion, office, secret } from './staff.ts';

export const asks: Objective = {
  id: 'lab9.asks',
  title: 'Whoever asks for /admin/ of backoffice.test without saying who he is gets 401 and is asked for it.',
  kind: 'core',
  points: 20,
  why: 'The pages of the staff are on the public internet. 401 with WWW-Authenticate makes a browser ask its user for a name and a password.',
  hints: [
    'Who may read /admin/ at the moment? Nobody has been asked yet.',
    'Look for `auth_basic` and `auth_basic_user_file` in a location of backoffice.test that begins with /admin/.',
  ],
  manual: authBasic,
  async check(trial) {
    const mark = trial.random.word(10);
    const response = await ask(trial, `/admin/?${mark}`);
    expectQuestion(trial, response);
    expectNotAsked(trial, mark, response);
  },
};

export const admits: Objective = {
  id: 'lab9.admits',
  title: 'Each user of /etc/nginx/htpasswd is let in with his password, and sees what the application says.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab9.asks'],
  needs: ['users', 'applications'],
  why: 'A door that opens for nobody keeps everybody out, the staff included.',
  hints: [
    'With a name and a password from the list, what does your server answer?',
    'Look at the path behind `auth_basic_user_file`, and into the error log: it says when that file can’t be read.',
  ],
  manual: `${authBasic}#auth_basic_user_file`,
  async check(trial) {
    const { expect, random, world } = trial;
    for (const { name, password } of world.users) {
      for (const path of ['/admin/', '/admin/users']) {
        const mark = random.word(10);
        const response = await ask(trial, `${path}?${mark}`, { headers: basic(name, password) });
        expect.status(response, 200);
        expect.header(response, 'x-run', office(trial).token);
        expect.body(response, new RegExp(secret));
        expect(arrivals(trial, mark).length === 1, `the application is asked for ${path} once`, 'it was not', [
          response,
        ]);
      }
    }
  },
};

export const refuses: Objective = {
  id: 'lab9.refuses',
  timeLimit: 30_000,
  title: 'A wrong password, an unknown user and a header that makes no sense get 401.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab9.admits'],
  why: 'Asking for a name is not enough: what counts is that the answer is looked at, all of it.',
  hints: [
    'Is the password compared, or is it enough that there is one?',
    'Look at who decides: `auth_basic` alone, or `satisfy any` together with `allow`?',
  ],
  manual: authBasic,
  async check(trial) {
    const { random, world } = trial;
    const [alice, bob] = [world.users[0]!, world.users[1]!];
    const wrong = random.word(12);
    const answers = [
      `${alice.name}:${wrong}`,
      `${alice.name}:${bob.password}`,
      `${alice.name}:${alice.password}${random.word(1)}`,
      `${alice.name}:${alice.password.slice(0, -1)}`,
      `${alice.name}:${alice.password.toUpperCase()}`,
      `${alice.name}:`,
      `${alice.name}::${alice.password}`,
      `:${alice.password}`,
      ':',
      `${random.word(8)}:${alice.password}`,
      `${alice.name.toUpperCase()}:${alice.password}`,
      `${alice.name}${bob.name}:${alice.password}`,
    ].map((text) => `Basic ${encoded(text)}`);
    // These say nothing of anybody. A server may call that a bad request, as lighttpd does.
    const senseless = [
      'Basic',
      'Basic !!!',
      `Basic ${encoded('')}`,
      `Basic ${encoded(alice.name)}`,
      `Basic ${alice.name}:${alice.password}`,
      `Bearer ${encoded(`${alice.name}:${alice.password}`)}`,
      `Digest username="${alice.name}"`,
      encoded(`${alice.name}:${alice.password}`),
      alice.password,
    ];
    // Some servers let whoever is wrong wait for a second, so several ask at a time.
    const asked = [...answers, ...senseless].map(async (header, i) => {
      const mark = random.word(10);
      const headers = { Authorization: header };
      const response = await ask(trial, `/admin/?${mark}`, {
        headers,
        connection: `guess ${i % 6}`,
        timeLimit: 15_000,
      });
      return { header, mark, response };
    });
    for (const { header, mark, response } of await Promise.all(asked)) {
      if (response.status !== 400 || answers.includes(header)) expectQuestion(trial, response);
      expectNotAsked(trial, mark, response);
    }
  },
};
