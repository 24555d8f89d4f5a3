import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Reading of content is a right of the person: whoever is here already keeps it. */
export const contentRight: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('people')
      .addColumn('reads_content', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
  },
};
