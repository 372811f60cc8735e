// fails: lab11.worker-dies
// Nobody is started for a process that has died.
import { crew } from '../crew.ts';

crew({ keepsGaps: true });
