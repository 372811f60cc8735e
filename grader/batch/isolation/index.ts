export { findIsolation, type Isolation } from './isolation.ts';
export { createPool, type Pool, type PoolOptions } from './pool.ts';
export type { GradeOutcome, GradeTask } from './task.ts';
