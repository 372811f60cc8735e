#!/usr/bin/env node
import module from 'node:module';

// Reading the sources of a program costs more than running it: from the second start on they come compiled.
module.enableCompileCache?.();
const { main } = await import('./cli.ts');
const exitCode = await main(process.argv.slice(2));
if (exitCode !== undefined) process.exitCode = exitCode;
