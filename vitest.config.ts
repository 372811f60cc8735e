import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{proxy,grader,labs,solutions,docs}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
