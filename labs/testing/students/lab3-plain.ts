// fails: lab3.keepalive
import { passToEither, serve } from '../gateway.ts';

const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
let turn = 0;
serve((asked) =>
  turn++ % 2 === 0 ? passToEither(CATALOG_1, CATALOG_2, asked) : passToEither(CATALOG_2, CATALOG_1, asked),
);
