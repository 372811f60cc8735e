export { type Extraction, extractArchive, isArchive } from './extract.ts';
export { type ArchiveLimits, classLimits, submissionLimits } from './limits.ts';
