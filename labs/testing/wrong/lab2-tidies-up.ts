// fails: lab2.verbatim
import { pass, serve } from '../gateway.ts';

serve((asked) =>
  pass(process.env.CATALOG, asked, { target: encodeURI(decodeURI(asked.target)).replaceAll('%25', '%') }),
);
