import { closeSync } from 'node:fs';
import process from 'node:process';
import { buildConfiguration } from '../http/build-configuration.ts';
import type { Configuration } from '../http/configuration.ts';
import type { OwnTraffic, TrafficKeeper } from '../http/traffic.ts';
import type { ZoneKeeper } from '../http/zone-keeper.ts';
import { settle } from './account.ts';
import type { Serve, Started } from './messages.ts';
import { obeySignals } from './signals.ts';
import { TrafficClient } from './traffic-client.ts';
import { isTrafficMessage } from './traffic-messages.ts';
import { type StartOptions, Worker } from './worker.ts';
import { ZoneClient } from './zone-client.ts';
import { isZoneMessage } from './zone-messages.ts';

type Given = Pick<StartOptions, 'modules' | 'acceptSecure'>;

/** One of a master's workers: serves what the master sends it, and ends with it. */
export function runWorkerProcess(given: Given): undefined {
  process.title = 'nginx: worker process';
  // The master is gone without a word.
  process.once('disconnect', () => process.exit(0));
  process.once('message', (message: Serve) => void serve(message, given));
}

async function serve(message: Serve, given: Given): Promise<void> {
  const { snapshot, sockets, strays, zones: saved, ...start } = message;
  for (const fd of strays) closeSync(fd);
  const errors: string[] = [];
  const say: StartOptions['say'] = (_, error) => errors.push(typeof error === 'string' ? error : error.message);
  const zones = (configuration: Configuration): ZoneKeeper => {
    const client = new ZoneClient(configuration, saved, (told) => void process.send?.(told));
    process.on('message', (told) => {
      if (isZoneMessage(told)) client.receive(told);
    });
    return client;
  };
  let counts: TrafficClient | undefined;
  const traffic = (own: OwnTraffic): TrafficKeeper => {
    const client = new TrafficClient(own, (told) => void process.send?.(told));
    counts = client;
    process.on('message', (told) => {
      if (isTrafficMessage(told)) client.receive(told);
    });
    return client;
  };
  const worker = new Worker({ ...given, ...start, sockets: new Map(sockets), zones, traffic, say });
  obeySignals({
    terminate: () => worker.terminate(),
    quit: async () => {
      await worker.quit();
      if (process.connected) await new Promise((sent) => process.send!(counts!.last, sent));
    },
    reopenLogs: () => worker.reopenLogs(),
  });
  let answer: Started;
  try {
    // The master has read it without an error, and has given the warnings.
    const configuration = buildConfiguration({ ...given, ...start, snapshot });
    const started = await worker.start(configuration);
    if (started) settle(configuration.process);
    answer = started ? { started } : { started, errors };
  } catch (error) {
    answer = { started: false, errors: [(error as Error).message] };
  }
  process.send!(answer, () => {
    if (!answer.started) process.exit(2);
  });
}
