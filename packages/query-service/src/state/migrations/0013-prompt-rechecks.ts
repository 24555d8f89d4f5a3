import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * When what was found promptly of a run is to be judged again; `rechecks` is about the controls that wait from now on. Until now it
 * was about both, so each time that is there stands in both places afterwards.
 */
export const promptRechecks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('judged_runs').addColumn('recheck_at', 'text').execute();
    await sql`
      update judged_runs set recheck_at = (select at from rechecks where rechecks.run_id = judged_runs.run_id)`.execute(
      db,
    );
    await sql`
      insert into judged_runs (run_id, fingerprint, judged_at, recheck_at)
      select run_id, '', '0000000000000000000', at from rechecks where run_id not in (select run_id from judged_runs)`.execute(
      db,
    );
    await db.schema
      .createIndex('judged_runs_recheck')
      .on('judged_runs')
      .column('recheck_at')
      .where(sql<boolean>`recheck_at is not null`)
      .execute();
  },
};
