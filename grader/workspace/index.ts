export { isBegun, openWorkplace, resetWorkplace, type Workplace } from './files.ts';
export { labFolder, solutionFolder, workbookRoot, workspaceRoot } from './paths.ts';
export { type LabProgress, readProgress, recordCheck, updateProgress, type WorkbookProgress } from './progress.ts';
