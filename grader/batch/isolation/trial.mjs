import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./trial.ts');
