import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What has to be kept, however old it is and whoever asks for its erasure. */
export const legalHolds: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    let table = db.schema
      .createTable('legal_holds')
      .addColumn('hold_id', 'text', (column) => column.primaryKey());
    for (const name of ['workflow', 'owner', 'team', 'held_from', 'held_to', 'reason', 'set_by', 'set_at'])
      table = table.addColumn(name, 'text', (column) => column.notNull());
    for (const name of ['run_id', 'lifted_by', 'lifted_at', 'lift_reason'])
      table = table.addColumn(name, 'text');
    await table.execute();
    await db.schema
      .createIndex('legal_holds_live')
      .on('legal_holds')
      .columns(['run_id', 'workflow'])
      .where(sql<boolean>`lifted_at is null`)
      .execute();
  },
};
