import { defineConfig } from 'vitest/config';

/**
 * `unit`: quick, no built files needed beyond the kernels. `e2e`: the real command line, in child processes, on generated scenes. `browser`: the
 * viewer in headless Chromium (test/browser/browser.ts).
 */
export default defineConfig({
  test: {
    // A process with a software GPU takes its time to end on a busy machine.
    teardownTimeout: 60_000,
    // Most of the time tests wait for processes that they started.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/browser/**'],
          testTimeout: 30_000,
        },
      },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 } },
      { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 } },
    ],
  },
});
