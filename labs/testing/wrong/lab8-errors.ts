// fails: lab8.errors
// ways: any, server, missing
// Errors are kept.
import { serveKeptLists } from '../kept-lists.ts';

const ways: Readonly<Record<string, (status: number) => boolean>> = {
  any: () => true,
  server: (status) => status >= 500,
  missing: (status) => status === 404,
};

serveKeptLists({
  isGood: ({ status, rawHeaders = [], failure }) =>
    failure === undefined &&
    !rawHeaders.some((word) => /^set-cookie$|^private|no-store/i.test(word)) &&
    (status === 200 || ways[process.argv[2]!]!(status)),
});
