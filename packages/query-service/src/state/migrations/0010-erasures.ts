import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Requests to erase content. They outlive a restart in the middle, and the content. */
export const erasures: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    let table = db.schema
      .createTable('erasures')
      .addColumn('erasure_id', 'text', (column) => column.primaryKey());
    for (const name of ['kind', 'team', 'reason', 'asked_by', 'asked_at', 'state'])
      table = table.addColumn(name, 'text', (column) => column.notNull());
    for (const name of ['run_id', 'trace_id', 'span_id', 'person', 'elsewhere', 'finished_at'])
      table = table.addColumn(name, 'text');
    for (const name of ['spans', 'quarantined', 'approvals'])
      table = table.addColumn(name, 'integer', (column) => column.notNull().defaultTo(0));
    await table.execute();
    await db.schema
      .createIndex('erasures_running')
      .on('erasures')
      .column('erasure_id')
      .where(sql<boolean>`state = 'running'`)
      .execute();
    await db.schema
      .createTable('erasure_runs')
      .addColumn('erasure_id', 'text', (column) => column.notNull().references('erasures.erasure_id'))
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('erasure_runs_key', ['erasure_id', 'run_id'])
      .execute();
  },
};
