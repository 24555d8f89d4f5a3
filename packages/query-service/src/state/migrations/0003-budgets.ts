import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The budget ledger. Amounts are whole nano-USD in 64 bits. */
export const budgets: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('budget_accounts')
      .addColumn('account', 'text', (column) => column.primaryKey())
      .addColumn('period', 'text', (column) =>
        column.notNull().check(sql`period in ('per_run', 'per_day', 'per_month')`),
      )
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('workflow', 'text', (column) => column.notNull().references('workflows.workflow'))
      .addColumn('team', 'text', (column) => column.notNull())
      .addColumn('limit_nano', 'bigint')
      .addColumn('spent', 'bigint', (column) => column.notNull().check(sql`spent >= 0`))
      .addColumn('reserved', 'bigint', (column) => column.notNull().check(sql`reserved >= 0`))
      .addColumn('unsettled', 'bigint', (column) => column.notNull().check(sql`unsettled >= 0`))
      .addColumn('leases', 'integer', (column) => column.notNull().check(sql`leases >= 0`))
      .addColumn('warned', 'integer', (column) => column.notNull())
      .addColumn('opened_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('budget_accounts_workflow')
      .on('budget_accounts')
      .columns(['workflow', 'opened_at'])
      .execute();
    await leases(db);
  },
};

async function leases(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('budget_leases')
    .addColumn('lease_id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('run_account', 'text', (column) => column.notNull().references('budget_accounts.account'))
    .addColumn('day_account', 'text', (column) => column.notNull().references('budget_accounts.account'))
    .addColumn('month_account', 'text', (column) => column.notNull().references('budget_accounts.account'))
    .addColumn('granted', 'bigint', (column) => column.notNull().check(sql`granted >= 0`))
    .addColumn('spent', 'bigint', (column) => column.notNull().check(sql`spent >= 0`))
    .addColumn('state', 'text', (column) =>
      column.notNull().check(sql`state in ('live', 'closed', 'expired')`),
    )
    .addColumn('granted_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('budget_leases_due')
    .on('budget_leases')
    .columns(['state', 'expires_at'])
    .execute();
  await db.schema
    .createIndex('budget_leases_writer')
    .on('budget_leases')
    .columns(['writer', 'state'])
    .execute();
}
