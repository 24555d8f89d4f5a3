import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Runs that another process goes on with, what of theirs it finds again, and glass that was broken. */
export const exceptions: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('run_writers')
      .addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
      .addColumn('writer', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text', (column) => column.notNull().references('credentials.credential_id'))
      .addColumn('resumed_at', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_writers_key', ['run_id', 'writer'])
      .execute();
    await db.schema
      .createTable('approval_resumptions')
      .addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('approval_id', 'text', (column) => column.notNull().references('approvals.approval_id'))
      .addColumn('generation', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('approval_resumptions_key', ['run_id', 'call_id', 'generation'])
      .addUniqueConstraint('approval_resumptions_once', ['approval_id', 'generation'])
      .execute();
    await db.schema
      .createTable('glass_breaks')
      .addColumn('approval_id', 'text', (column) => column.primaryKey().references('approvals.approval_id'))
      .addColumn('person_id', 'text', (column) => column.notNull().references('people.person_id'))
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('broken_at', 'text', (column) => column.notNull())
      .execute();
  },
};
