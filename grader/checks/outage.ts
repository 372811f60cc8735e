import type { Application, RequestOptions, Trial } from '../lab.ts';
import { describeStatus } from './expect.ts';

/** What a gateway says whose application can't be reached; which of them is its maker's choice (docs/decisions/outage-status.md). */
const outageStatuses = [502, 503, 504];
/** ms a client waits for the verdict that the application is down. */
const refusalLimit = 10_000;
/** ms until the application must be reachable again after its return (nginx leaves a failed server alone for 10,000). */
const recoveryLimit = 15_000;

/**
 * Stops an application, and expects that its clients are told so within 10 s, and that they are served again within 15 s of its
 * return. `meanwhile` runs while it is stopped.
 */
export async function expectOutage(
  { client, expect, random, signal }: Trial,
  application: Application,
  options: RequestOptions = {},
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const mark = random.word();
  expect.status(await client.get(`/status?${mark}`, options), 200);
  await application.stop();
  try {
    // One that it has answered before, and another one.
    for (const path of [`/status?${mark}`, `/?${mark}-down`]) {
      const response = await client.get(path, { ...options, timeLimit: refusalLimit });
      expect(
        response.status !== 0,
        'status 502, 503 or 504 within 10 s while the application is stopped',
        describeStatus(response),
        [response],
      );
      expect.status(response, ...outageStatuses);
    }
    await meanwhile();
  } finally {
    await application.start();
  }
  const deadline = performance.now() + recoveryLimit;
  let response = await client.get(`/?${mark}-back`, options);
  while (response.status !== 200 && performance.now() < deadline && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    response = await client.get(`/?${mark}-back`, options);
  }
  expect.status(response, 200);
  expect(
    response.text.includes(application.token),
    `the application's own words again ("${application.token}")`,
    response.text.slice(0, 120),
    [response],
  );
}
