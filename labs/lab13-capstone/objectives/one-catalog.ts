import type { Application, Seen, World } from '../../../grader/index.ts';

/** The two instances as the one application that visitors take them for. */
function together(instances: readonly [Application, Application]): Application {
  const [first, second] = instances;
  return {
    name: 'catalog',
    run: first.run,
    // Either may have answered.
    token: first.run,
    address: `${first.address} or ${second.address}`,
    get seen(): readonly Seen[] {
      return [...first.seen, ...second.seen]
        .map((seen) => ({ ...seen, application: 'catalog' as const }))
        .toSorted((one, other) => one.receivedAt - other.receivedAt);
    },
    get connections() {
      return first.connections + second.connections;
    },
    get requests() {
      return first.requests + second.requests;
    },
    clear() {
      for (const instance of instances) instance.clear();
    },
    ask: (path) => first.ask(path),
    async stop() {
      await Promise.all(instances.map((instance) => instance.stop()));
    },
    async start() {
      await Promise.all(instances.map((instance) => instance.start()));
    },
    misbehave(how, path) {
      for (const instance of instances) instance.misbehave(how, path);
    },
    hold(path) {
      const releases = instances.map((instance) => instance.hold(path));
      return () => {
        for (const release of releases) release();
      };
    },
    answer(path, answer) {
      for (const instance of instances) instance.answer(path, answer);
    },
  };
}

const worlds = new WeakMap<World, World>();

/** The same world, where `catalog` is both instances: what other labs ask of one application is asked of the pair. */
export function oneCatalog(world: World): World {
  let found = worlds.get(world);
  if (found === undefined) {
    const catalog = world.has('applications')
      ? together([world.application('catalog-1'), world.application('catalog-2')])
      : undefined;
    found = {
      ...world,
      application: (name) => (name === 'catalog' && catalog !== undefined ? catalog : world.application(name)),
    };
    worlds.set(world, found);
  }
  return found;
}
