import type { Objective } from '../../../grader/index.ts';

export const sticky: Objective = {
  id: 'lab11.sticky',
  title: 'At /whoami each visitor, known by his cookie "visit", stays with one instance; different ones are spread.',
  kind: 'stretch',
  points: 10,
  needs: ['applications'],
  alone: true,
  why: 'An application that keeps something of a visitor in its own memory knows him in one instance only.',
  hints: [
    'How could your server choose the same instance each time, without remembering anything?',
    'Look for `hash $cookie_visit` in an upstream of its own, and for a location that leads there.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#hash',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const used = new Set<string>();
    // That all of them come to one of two by chance: once in 2^23.
    const visit = async () => {
      const mark = random.word(10);
      const ask = (i: number) =>
        client.get(`/whoami?${mark}-${i}`, {
          // His other cookies change from page to page.
          headers: { Cookie: `${random.word(3)}=${random.word(8)}; visit=${mark}` },
          timeLimit: 20_000,
        });
      const answers = [...(await Promise.all([ask(0), ask(1)])), ...(await Promise.all([ask(2), ask(3)]))];
      for (const response of answers) expect.status(response, 200);
      const mine = (['catalog-1', 'catalog-2', 'catalog'] as const).filter((name) =>
        world.application(name).seen.some(({ target }) => target.includes(mark)),
      );
      expect(
        mine.length === 1,
        'one instance for the 4 requests of one visitor',
        mine.join(' and '),
        answers.slice(-1),
      );
      used.add(mine[0]!);
    };
    for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 8 }, visit));
    expect(used.size >= 2, 'two instances or more for 24 visitors', `${[...used].join(' and ')} alone`);
  },
};
