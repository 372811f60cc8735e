export { eventually, pause } from '../probe/timing.ts';
export { isProbe } from './address.ts';
export { type EvenSplit, evenSplit, evenSplitLooks, takesTurns } from './distribution.ts';
export { type CountingExpect, createExpect, describeBody, describeStatus } from './expect.ts';
export { expectCatalog, expectPoster, type Film, filmsOf, posterPaths } from './films.ts';
export { pageTitle } from './html.ts';
export { NotMet } from './not-met.ts';
export { expectOutage } from './outage.ts';
