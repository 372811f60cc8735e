import type { Objective } from '../../grader/index.ts';

/** Ways to write "the folder above", plain, encoded, doubled, half encoded, and for decoders that decode twice. */
const ups = [
  '../',
  '%2e%2e/',
  '..%2f',
  '%2e%2e%2f',
  '.%2e/',
  '..//',
  '%2E%2E%5C',
  '..%5c',
  '%252e%252e%252f',
  '..;/',
  './../',
  '....//',
  '..././',
];

/** Spellings of requests that try to reach `name` one or two folders above the posters. */
function attempts(name: string): readonly string[] {
  const paths: string[] = [];
  for (const up of ups) paths.push(`/poster/${up}${name}`, `/poster/${up}${up}${name}`, `/poster/x/${up}${up}${name}`);
  for (const prefix of ['/poster..', '/poster%2e%2e', '/poster/..', '//poster/..', '/poster//..', '/poster/.../..']) {
    paths.push(`${prefix}/${name}`, `${prefix}//${name}`, `${prefix}/../${name}`, `${prefix}%2f${name}`);
  }
  paths.push(`/poster//${name}`, `/poster${name}`, `/poster/%00/../${name}`, `/poster//../../${name}`);
  return paths;
}

export const noEscape: Objective = {
  id: 'lab4.no-escape',
  title: 'No spelling of a path reads a file outside the poster directory.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab4.posters'],
  needs: ['files'],
  why: 'One sloppy slash, and anybody reads configuration, keys and source code through your web server.',
  hints: [
    'Your location takes more than /poster/. What is left of /poster../x when the location has matched?',
    'Look at the slashes at the end of `location` and of `alias`: either both have one, or neither.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#alias',
  async check({ client, expect, random, world }) {
    const secret = `canary ${random.word(24)}`;
    const canaries = ['jpg', 'txt'].flatMap((extension) => {
      const name = `${random.word(10)}.${extension}`;
      return [name, `../${name}`];
    });
    for (const file of canaries) await world.writeFile('share', file, `${secret}\n`);
    try {
      const names = [...new Set(canaries.map((file) => file.replace('../', '')))];
      const responses = await client.burst(names.flatMap(attempts), { timeLimit: 3_000 });
      for (const response of responses) {
        expect(
          !response.text.includes(secret),
          'no file outside /usr/share/nginx/poster',
          `a file above it, under the name ${response.request.path}`,
          [response],
        );
      }
    } finally {
      for (const file of canaries) await world.removeFile('share', file);
    }
  },
};
