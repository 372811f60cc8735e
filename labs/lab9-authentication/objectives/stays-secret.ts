import { eventually, type Objective } from '../../../grader/index.ts';
import { ask, basic, encoded, someUser } from './staff.ts';

/** ms in which a server writes down what it has answered, if it writes it down at all. */
const written = 1_000;

export const staysSecret: Objective = {
  id: 'lab9.stays-secret',
  title: 'No log shows a password, neither a right one nor a wrong one.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab9.admits'],
  needs: ['files'],
  why: 'Logs are copied, searched, mailed and kept for years. Base64 is no encryption: whoever reads the header has the password.',
  hints: [
    'Which parts of a request does your server write down?',
    'Look into `log_format` for `$http_authorization`. The name alone is `$remote_user`, and the stock format has it already.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format',
  async check(trial) {
    const { expect, random, signal, world } = trial;
    const { name, password } = someUser(trial);
    const mistyped = random.word(12);
    const mark = random.word(10);
    const right = await ask(trial, `/admin/?${mark}-1`, { headers: basic(name, password) });
    expect.status(right, 200);
    const wrong = await ask(trial, `/admin/?${mark}-2`, { headers: basic(name, mistyped) });
    const bearer = await ask(trial, `/admin/?${mark}-3`, { headers: { Authorization: `Bearer ${mistyped}` } });
    // Whoever keeps a log has written these down by now, whole lines; others have none.
    const last = await ask(trial, `/admin/?${mark}-4`);
    await eventually(
      () => world.logged(`${mark}-4`),
      (lines) => lines.length > 0,
      written,
      signal,
    );
    const secrets = [
      [password, 'the password'],
      [encoded(`${name}:${password}`), 'the password, in Base64'],
      [mistyped, 'a password with a mistake in it'],
      [encoded(`${name}:${mistyped}`), 'a password with a mistake in it, in Base64'],
    ] as const;
    for (const [text, what] of secrets) {
      const [line] = await world.logged(text);
      expect(line === undefined, `no log shows ${what}`, line?.slice(0, 300) ?? '', [right, wrong, bearer, last]);
    }
  },
};
