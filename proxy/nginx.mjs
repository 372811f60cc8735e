#!/usr/bin/env node
import module from 'node:module';

// Reading the sources of a program costs more than running it: from the second start on they come compiled.
module.enableCompileCache?.();
await import('./cli.ts');
