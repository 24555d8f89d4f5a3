import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Sign-in by a provider: what has begun, and whom the provider knows a person as. */
export const signOn: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('sign_ons')
      .addColumn('state_hash', 'text', (column) => column.primaryKey())
      .addColumn('browser_hash', 'text', (column) => column.notNull())
      .addColumn('nonce', 'text', (column) => column.notNull())
      .addColumn('code_verifier', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema.alterTable('people').addColumn('subject', 'text').execute();
    await db.schema.createIndex('people_subject').unique().on('people').column('subject').execute();
  },
};
