#!/usr/bin/env node
import module from 'node:module';

// Older ones can't read TypeScript. `npm run` finds the version that `npm ci` brought.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `This is Node ${process.versions.node}, and the workbook needs 22.18 or newer. \`npm run\` uses the one that \`npm ci\` brought; ` +
      `without npm: node_modules/.bin/node grader/workbook.mjs ${process.argv.slice(2).join(' ')}\n`,
  );
  process.exit(2);
}
// Reading and stripping some forty TypeScript files costs 174 ms without a compile cache and 39 ms with it.
module.enableCompileCache?.();
await import('./cli.ts');
