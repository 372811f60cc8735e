import type { ApplicationName, Objective } from '../../../grader/index.ts';
import { expectAnswerOf, said, somePoster, whoWasAsked } from './who.ts';

/** Other ways to write a host that mean the same one (RFC 9110, section 4.2.3). */
function spellings(host: string): readonly string[] {
  return [
    host.toUpperCase(),
    `${host}:80`,
    `${host}:8080`,
    `${host.replace(/\b./g, (letter) => letter.toUpperCase())}:443`,
  ];
}

export const spelling: Objective = {
  id: 'lab6.spelling',
  title: 'Each name means the same site in upper case and with a port in Host.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab6.catalog', 'lab6.back-office', 'lab6.posters'],
  needs: ['applications', 'files'],
  why: 'Names of hosts have no case, and whoever comes by another port names it: both are the same site to every user.',
  hints: [
    'How is the name that the client sent compared with yours: letter by letter, with all that stands behind it?',
    'Look for `$http_host`, which is the header as it came. `server_name` and `$host` know neither case nor port.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#var_host',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const sites: readonly (readonly [string, ApplicationName])[] = [
      ['catalog.test', 'catalog'],
      ['www.catalog.test', 'catalog'],
      ['backoffice.test', 'back-office'],
    ];
    for (const [host, name] of sites) {
      for (const spelled of spellings(host)) await expectAnswerOf(trial, name, { host: spelled });
    }
    const poster = await somePoster(trial);
    for (const host of spellings('posters.test')) {
      const response = await client.get(`/${poster}`, { host });
      expect.status(response, 200);
      expect.body(response, await world.readFile('poster', poster));
    }
    // A dot ends a full name. To nginx it is the same name, to others another one: never another site's.
    const dotted = sites.map(async ([host, name]) => {
      const mark = random.word(10);
      return { host, name, mark, response: await client.get(`/?${mark}`, { host: `${host}.` }) };
    });
    for (const { host, name, mark, response } of await Promise.all(dotted)) {
      const asked = whoWasAsked(trial, mark);
      const own = response.text.includes(world.application(name).token);
      expect(
        own ? asked !== 'nobody' : asked === 'nobody',
        `the site of ${host} at ${host}., or nobody's`,
        asked === 'nobody' ? said(response) : `${asked} was asked`,
        [response],
      );
    }
  },
};
