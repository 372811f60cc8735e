export { type CheckOptions, checkLab, labTimeLimit, type Open, type Progress } from './check.ts';
export { gradingOrder, LabDefect } from './order.ts';
export { labOutcome, score } from './score.ts';
