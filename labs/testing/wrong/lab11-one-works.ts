// fails: lab11.workers, lab11.worker-dies
// There are two processes. One of them works, and nobody does when it dies.
import { crew } from '../crew.ts';

crew({ serving: 1 });
