import { defineConfig } from 'vitest/config';

const conditions = ['tollgate-source', 'node', 'default'];

/** The pages in a real browser. Apart from `npm test`, because not every machine has a Chromium. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/console/test/browser/**/*.browser.test.ts'],
    // One browser at a time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 90_000,
  },
});
