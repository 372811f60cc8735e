import type { Application, Response, Trial } from '../../../grader/index.ts';

/** The application behind the site. */
export function catalog({ world }: Trial): Application {
  return world.application('catalog');
}

/** That no application was asked for anything with this mark. */
export function expectNotAsked(trial: Trial, mark: string, response: Response): void {
  if (!trial.world.has('applications')) return;
  const seen = catalog(trial).seen.find(({ target }) => target.includes(mark));
  trial.expect(
    seen === undefined,
    'the application is not asked',
    `it was asked: ${seen?.method} ${seen?.target}`,
    seen === undefined ? [] : [response, seen],
  );
}

/** `status 404`, or why there was no answer. */
export function said({ status, failure }: Response): string {
  return status === 0 ? `no answer: ${failure ?? 'the connection was closed'}` : `status ${status}`;
}

/** A poster of the sandbox. */
export async function somePoster({ random, world }: Trial): Promise<string> {
  return random.pick((await world.listFiles('poster')).filter((name) => /^[\w-]+\.jpg$/.test(name)));
}
