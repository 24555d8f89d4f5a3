import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Times are 19 digits of nanoseconds; JSON is text: one set of types that SQLite and PostgreSQL both have. */
export const foundation: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await identities(db);
    await registrations(db);
    await approvals(db);
    await evidence(db);
    await triage(db);
  },
};

async function identities(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('people')
    .addColumn('person_id', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('display_name', 'text', (column) => column.notNull())
    .addColumn('roles', 'text', (column) => column.notNull())
    .addColumn('teams', 'text', (column) => column.notNull())
    .addColumn('groups', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('disabled_at', 'text')
    .execute();
  await db.schema
    .createTable('credentials')
    .addColumn('credential_id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull().check(sql`kind in ('agent_key', 'person_token')`))
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.references('people.person_id'))
    .addColumn('principal', 'text')
    .addColumn('team', 'text')
    .addColumn('workflows', 'text')
    .addColumn('scopes', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addColumn('revoked_at', 'text')
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('session_hash', 'text', (column) => column.primaryKey())
    .addColumn('csrf_hash', 'text', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull().references('people.person_id'))
    .addColumn('credential_id', 'text', (column) => column.notNull().references('credentials.credential_id'))
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('ended_at', 'text')
    .execute();
}

async function registrations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('workflows')
    .addColumn('workflow', 'text', (column) => column.primaryKey())
    .addColumn('policy_version', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('registered_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('workflow_versions')
    .addColumn('workflow', 'text', (column) => column.notNull().references('workflows.workflow'))
    .addColumn('policy_version', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('yaml', 'text', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('requirements', 'text', (column) => column.notNull())
    .addColumn('registered_by', 'text', (column) => column.notNull())
    .addColumn('registered_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('workflow_versions_key', ['workflow', 'policy_version'])
    .execute();
  await db.schema
    .createTable('suspensions')
    .addColumn('suspension_id', 'text', (column) => column.primaryKey())
    .addColumn('workflow', 'text', (column) => column.notNull().references('workflows.workflow'))
    .addColumn('suspended_by', 'text', (column) => column.notNull())
    .addColumn('suspended_at', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('resumed_by', 'text')
    .addColumn('resumed_at', 'text')
    .addColumn('resume_reason', 'text')
    .execute();
  await db.schema
    .createIndex('suspensions_live')
    .unique()
    .on('suspensions')
    .column('workflow')
    .where(sql<boolean>`resumed_at is null`)
    .execute();
  await db.schema
    .createTable('runs')
    .addColumn('run_id', 'text', (column) => column.primaryKey())
    .addColumn('workflow', 'text', (column) => column.notNull())
    .addColumn('policy_version', 'text', (column) => column.notNull())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('key_id', 'text', (column) => column.notNull().references('credentials.credential_id'))
    .addColumn('initiator', 'text', (column) => column.notNull())
    .addColumn('initiator_verified', 'integer', (column) => column.notNull())
    .addColumn('registered_at', 'text', (column) => column.notNull())
    .addColumn('rolled_back_at', 'text')
    .addForeignKeyConstraint('runs_version', ['workflow', 'policy_version'], 'workflow_versions', [
      'workflow',
      'policy_version',
    ])
    .execute();
}

async function approvals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('approvals')
    .addColumn('approval_id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
    .addColumn('workflow', 'text', (column) => column.notNull())
    .addColumn('policy_version', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('tool', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('action_class', 'integer', (column) => column.notNull())
    .addColumn('arguments', 'text')
    .addColumn('nonce', 'text', (column) => column.notNull())
    .addColumn('binding', 'text', (column) => column.notNull())
    .addColumn('rollback_note', 'text', (column) => column.notNull())
    .addColumn('purpose', 'text')
    .addColumn('requester', 'text', (column) => column.notNull())
    .addColumn('requester_key_id', 'text', (column) => column.notNull())
    .addColumn('initiator', 'text', (column) => column.notNull())
    .addColumn('initiator_verified', 'integer', (column) => column.notNull())
    .addColumn('approvers', 'text', (column) => column.notNull())
    .addColumn('needed', 'integer', (column) => column.notNull().check(sql`needed >= 1`))
    .addColumn('raised_by', 'text', (column) => column.notNull())
    .addColumn('requested_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) =>
      column
        .notNull()
        .check(sql`state in ('waiting', 'approved', 'refused', 'expired', 'withdrawn', 'consumed')`),
    )
    .addColumn('closed_at', 'text')
    .execute();
  await db.schema
    .createIndex('approvals_call')
    .unique()
    .on('approvals')
    .columns(['run_id', 'call_id'])
    .where(sql<boolean>`state not in ('expired', 'withdrawn')`)
    .execute();
  await db.schema.createIndex('approvals_open').on('approvals').columns(['state', 'expires_at']).execute();
  await db.schema
    .createTable('approval_decisions')
    .addColumn('approval_id', 'text', (column) => column.notNull().references('approvals.approval_id'))
    .addColumn('person_id', 'text', (column) => column.notNull().references('people.person_id'))
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull().check(sql`decision in ('approve', 'refuse')`))
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('decided_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('approval_decisions_key', ['approval_id', 'person_id'])
    .execute();
  await db.schema
    .createTable('grants')
    .addColumn('approval_id', 'text', (column) => column.primaryKey().references('approvals.approval_id'))
    .addColumn('granted_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text', (column) => column.notNull())
    .addColumn('consumed_at', 'text')
    .execute();
}

async function evidence(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('service_chains')
    .addColumn('run_id', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('head', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('evidence_outbox')
    .addColumn('position', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('table_name', 'text', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .addColumn('batch_id', 'text')
    .execute();
  await db.schema
    .createTable('state_values')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}

async function triage(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('flags')
    .addColumn('flag_id', 'text', (column) => column.primaryKey())
    .addColumn('identity', 'text', (column) => column.notNull().unique())
    .addColumn('control', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('workflow', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('raised_at', 'text', (column) => column.notNull())
    .addColumn('due_at', 'text')
    .addColumn('summary', 'text', (column) => column.notNull())
    .addColumn('evidence', 'text', (column) => column.notNull())
    .addColumn('acknowledged_by', 'text')
    .addColumn('acknowledged_at', 'text')
    .addColumn('resolved_by', 'text')
    .addColumn('resolved_at', 'text')
    .addColumn('note', 'text')
    .addColumn('cleared_because', 'text')
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('flags_state').on('flags').columns(['state', 'raised_at']).execute();
  await db.schema
    .createTable('samples')
    .addColumn('sample_id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('call_id', 'text', (column) => column.notNull())
    .addColumn('workflow', 'text', (column) => column.notNull())
    .addColumn('policy_version', 'text', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('tool', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('why', 'text', (column) => column.notNull())
    .addColumn('reviewers', 'text', (column) => column.notNull())
    .addColumn('sampled_at', 'text', (column) => column.notNull())
    .addColumn('due_at', 'text', (column) => column.notNull())
    .addColumn('assigned_to', 'text')
    .addColumn('assigned_at', 'text')
    .addColumn('reviewed_by', 'text')
    .addColumn('reviewed_at', 'text')
    .addColumn('verdict', 'text')
    .addColumn('note', 'text')
    .addColumn('scores', 'text')
    .addUniqueConstraint('samples_call', ['run_id', 'call_id'])
    .execute();
  await db.schema.createIndex('samples_due').on('samples').columns(['reviewed_at', 'due_at']).execute();
}
