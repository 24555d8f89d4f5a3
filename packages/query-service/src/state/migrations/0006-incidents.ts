import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whom a breach reached: notifications on their way, each attempt, and the secrets they are signed with. */
export const incidents: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;
    let table = schema
      .createTable('notifications')
      .addColumn('notification_id', 'text', (column) => column.primaryKey());
    for (const name of [
      'purpose',
      'workflow',
      'policy_version',
      'owner',
      'team',
      'severity',
      'kind',
      'state',
    ])
      table = table.addColumn(name, 'text', (column) => column.notNull());
    for (const name of ['opened_at', 'due_at', 'give_up_at', 'updated_at'])
      table = table.addColumn(name, 'text', (column) => column.notNull());
    for (const name of ['attempts', 'suspended'])
      table = table.addColumn(name, 'integer', (column) => column.notNull());
    for (const name of ['flag_id', 'control', 'run_id', 'url', 'next_attempt_at', 'settled_at'])
      table = table.addColumn(name, 'text');
    for (const name of ['acknowledged_by', 'acknowledged_at', 'closed_at'])
      table = table.addColumn(name, 'text');
    await table.execute();
    await schema
      .createIndex('notifications_due')
      .on('notifications')
      .columns(['state', 'next_attempt_at'])
      .execute();
    await schema.createIndex('notifications_flag').on('notifications').column('flag_id').execute();
    await schema
      .createIndex('notifications_newest')
      .on('notifications')
      .columns(['opened_at', 'notification_id'])
      .execute();
    await schema
      .createTable('notification_attempts')
      .addColumn('notification_id', 'text', (column) =>
        column.notNull().references('notifications.notification_id'),
      )
      .addColumn('attempt', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('status', 'integer')
      .addColumn('took_ms', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('notification_attempts_key', ['notification_id', 'attempt'])
      .execute();
    await schema
      .createTable('webhook_secrets')
      .addColumn('secret_id', 'text', (column) => column.primaryKey())
      .addColumn('workflow', 'text', (column) => column.notNull())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('made_at', 'text', (column) => column.notNull())
      .addColumn('made_by', 'text', (column) => column.notNull())
      .addColumn('ends_at', 'text')
      .execute();
    await schema.createIndex('webhook_secrets_workflow').on('webhook_secrets').column('workflow').execute();
  },
};
