export { type Extraction, extractArchive } from './extract.ts';
export { type ArchiveLimits, classLimits, submissionLimits } from './limits.ts';
