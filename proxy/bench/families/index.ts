import type { Family } from '../family.ts';
import { forward } from './forward.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { manyPlaces } from './many-places.ts';
import { staticFiles } from './static.ts';
import { tls } from './tls.ts';
import { transformed } from './transformed.ts';
import { workers } from './workers.ts';

/** What is measured, in this order. */
export const families: readonly Family[] = [forward, staticFiles, transformed, tls, workers, manyPlaces, idle, latency];
