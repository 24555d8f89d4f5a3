import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What the evaluation of controls remembers: each flag's scope, what it judged, and when to judge again. */
export const evaluation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('flags')
      .addColumn('scope', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema.createIndex('flags_scope').on('flags').columns(['control', 'scope']).execute();
    await db.schema
      .createTable('judged_runs')
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .addColumn('judged_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('rechecks')
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('rechecks_at').on('rechecks').column('at').execute();
  },
};
