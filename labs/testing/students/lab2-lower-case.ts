// Names of headers in lower case, and their order changed, on both sides: neither means anything.
import { pass, serve } from '../gateway.ts';

const sorted = (rawHeaders: readonly string[]) =>
  rawHeaders
    .flatMap((word, i) => (i % 2 === 0 ? [[word.toLowerCase(), rawHeaders[i + 1]!]] : []))
    .sort(([one], [other]) => (one! < other! ? 1 : -1))
    .flat();

serve(async (asked) => {
  const answer = await pass(process.env.CATALOG, { ...asked, rawHeaders: sorted(asked.rawHeaders) });
  return { ...answer, rawHeaders: sorted(answer.rawHeaders ?? []) };
});
