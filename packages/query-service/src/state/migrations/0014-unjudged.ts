import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What could not be judged, of whatever else arrived with it. */
export const unjudged: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('unjudged')
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('part', 'text', (column) => column.notNull())
      .addColumn('error', 'text', (column) => column.notNull())
      .addColumn('since', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('unjudged_pk', ['subject', 'part'])
      .execute();
  },
};
