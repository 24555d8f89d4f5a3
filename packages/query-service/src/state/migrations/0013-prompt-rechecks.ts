import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** When what was found promptly of a run is to be judged again; `rechecks` is about the controls that wait. */
export const promptRechecks: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema.alterTable('judged_runs').addColumn('recheck_at', 'text').execute();
    await schema
      .createIndex('judged_runs_recheck')
      .on('judged_runs')
      .column('recheck_at')
      .where(sql<boolean>`recheck_at is not null`)
      .execute();
  },
};
