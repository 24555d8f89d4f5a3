import { defineConfig } from 'vitest/config';

const conditions = ['tollgate-source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  // Without `import`: vitest hands these to Node, where they would hold for `require` as well, and Express's router breaks.
  ssr: { resolve: { conditions: ['tollgate-source', 'node', 'default'] } },
  test: {
    include: ['packages/query-service/test/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
