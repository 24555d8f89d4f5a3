import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What changed lately, for those who watch. */
export const events: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('events')
      .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('workflow', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text')
      .addColumn('team', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('events_subject').on('events').columns(['kind', 'subject']).execute();
    await db.schema.createIndex('events_at').on('events').column('at').execute();
  },
};
