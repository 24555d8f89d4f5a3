import { defineConfig } from 'vitest/config';

// As in vitest.config.ts, and for the same reason.
const conditions = ['tollgate-source', 'node', 'default'];

/** What needs Go: the real OpenTelemetry Collector, built from our manifest, beside packages/collector. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/conformance/**/*.conformance.test.ts'],
    // Each file runs an engine or two; a cold build of the Collector takes minutes.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 1_200_000,
    // The counts that were compared are the result; they are printed as they are.
    disableConsoleIntercept: true,
    globalSetup: ['test/conformance/support/build.ts'],
  },
});
