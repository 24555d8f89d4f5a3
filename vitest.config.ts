import { defineConfig } from 'vitest/config';

// Only what Node itself knows and ours: `import` or `module` here would hand ES modules to `require` inside dependencies.
const conditions = ['tollgate-source', 'node', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'dashboards/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.browser.test.ts', '**/*.conformance.test.ts'],
    // Two cores, and most storage tests run an engine of their own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
