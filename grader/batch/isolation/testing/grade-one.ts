import { createPool, type GradeTask, type Isolation } from '../index.ts';

/** A grader for tests that end it before its time: grades the task in its environment. */
const { task, isolation } = JSON.parse(process.env.WORKBOOK_TEST_TASK!) as { task: GradeTask; isolation: Isolation };
const pool = createPool({ size: 1, isolation, trust: false });
await pool.grade(task);
await pool.close();
