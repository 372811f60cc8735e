import { globSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseFile } from './case-file.ts';
import { sayOfConfiguration } from './same-words.ts';
import { comparable, nginxMissing, type Outcome, SideBySide, withoutChunks } from './side-by-side.ts';

const files = await Promise.all(
  globSync('cases/*.ts', { cwd: import.meta.dirname })
    .sort()
    .map(async (file): Promise<[string, CaseFile]> => {
      const { default: cases } = (await import(path.join(import.meta.dirname, file))) as { default: CaseFile };
      return [path.basename(file, '.ts'), cases];
    }),
);

describe.skipIf(nginxMissing !== undefined)('as nginx does', () => {
  describe.each(files)('%s', (_, cases) => {
    let pair: SideBySide;
    beforeAll(async () => {
      pair = await SideBySide.start(cases.http, cases.files ?? {}, cases.app, cases);
    });
    afterAll(() => pair?.stop());

    const plain = ({ text, closed }: Outcome): string => {
      const answer = comparable({ text: pair.withoutPorts(withoutChunks(text)), closed });
      return `${cases.ignore === undefined ? answer : answer.replace(cases.ignore, 'IGNORED')}${closed ? '' : '\n(open)'}`;
    };

    test.each(Object.entries(cases.requests))('%s', async (__, requests) => {
      const steps = typeof requests === 'string' ? [requests] : 'together' in requests ? [requests] : requests;
      const [theirs, ours]: [string[], string[]] = [[], []];
      for (const step of steps) {
        const sent = typeof step === 'string' ? [step] : step.together;
        const answers = await Promise.all(sent.map((request) => pair.send(request)));
        theirs.push(...answers.map(([answer]) => plain(answer)).sort());
        ours.push(...answers.map(([, answer]) => plain(answer)).sort());
      }
      expect(ours).toEqual(theirs);
      if (cases.errorLog !== undefined) {
        const [theirLines, ourLines] = await pair.newErrors(cases.errorLog);
        expect(ourLines).toEqual(theirLines);
      }
    });

    test.skipIf(cases.logs === undefined).each(cases.logs ?? ['no logs'])('log %s', async (name) => {
      const [theirs, ours] = await pair.sameLogs(name);
      expect(ours).toEqual(theirs);
      expect(theirs).not.toEqual([]);
    });

    test.skipIf(cases.configurations === undefined).each(Object.entries(cases.configurations ?? { none: '' }))(
      'configuration: %s',
      (__, http) => {
        const [theirs, ours] = sayOfConfiguration(http, pair.folder);
        expect(ours).toEqual(theirs);
      },
    );
  });
});
