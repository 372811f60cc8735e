import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{proxy,grader,labs,solutions,docs}/**/*.test.ts'],
    // A test that waits for something says so in its own words after a minute (proxy/testing/until.ts); these limits end what hangs.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 10 } },
  },
});
