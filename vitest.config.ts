import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Tests wait for servers more than they compute.
    maxWorkers: Math.max(2, availableParallelism()),
    include: ['{proxy,grader,labs,solutions,docs}/**/*.test.ts'],
    // What waits says so in its own words after a minute (proxy/testing/until.ts); these end what hangs, on any machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 10 } },
  },
});
