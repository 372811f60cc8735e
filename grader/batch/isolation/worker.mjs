import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./worker.ts');
