import { defineConfig } from 'vitest/config';
import { postgresPrograms } from './packages/query-service/test/support/postgres.ts';

// Only what Node itself knows and ours: `import` or `module` here would hand ES modules to `require` inside dependencies.
const conditions = ['tollgate-source', 'node', 'default'];
const options = {
  exclude: ['**/node_modules/**', '**/*.browser.test.ts', '**/*.conformance.test.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

const hasPostgres = postgresPrograms() !== undefined;
const WITHOUT_POSTGRES =
  'PostgreSQL is not installed, so nothing is tested with the control state in it. To have that tested as well: apt-get install postgresql';
if (!hasPostgres && process.env['CI']) throw new Error(WITHOUT_POSTGRES);
if (!hasPostgres) process.stderr.write(`\nSKIPPED: ${WITHOUT_POSTGRES}\n\n`);

/** Tests of the query service that run a second time with the control state in PostgreSQL: all but those about files, and those about ClickHouse alone. */
const OVER_POSTGRES = [
  'approvals',
  'budgets',
  'erasures',
  'events',
  'flags',
  'holds',
  'identity',
  'incidents',
  'records',
  'registrations',
  'samples',
  'sign-on',
  'state',
].map((folder) => `packages/query-service/test/${folder}/**/*.test.ts`);
/** What is about PostgreSQL alone. */
const NEEDS_POSTGRES = '**/*.postgres.test.ts';

export default defineConfig({
  test: {
    // Two cores, and most storage tests run an engine of their own.
    maxWorkers: 2,
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          ...options,
          name: 'tollgate',
          include: ['packages/*/test/**/*.test.ts', 'dashboards/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...options.exclude, NEEDS_POSTGRES],
        },
      },
      ...(hasPostgres
        ? [
            {
              resolve: { conditions },
              ssr: { resolve: { conditions } },
              test: {
                ...options,
                name: 'over PostgreSQL',
                env: { TOLLGATE_TEST_STATE: 'postgres' },
                include: [...OVER_POSTGRES, `packages/${NEEDS_POSTGRES}`],
                globalSetup: ['packages/query-service/test/support/postgres.ts'],
              },
            },
          ]
        : []),
    ],
  },
});
